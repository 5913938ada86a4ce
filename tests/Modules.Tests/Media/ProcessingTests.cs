using System.Diagnostics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Storage;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>The queue and the worker processes: what happens when a worker or the whole host dies, and that work is done once.</summary>
public sealed class ProcessingTests(WithOwnClock with) : IClassFixture<WithOwnClock>
{
    readonly TestProduct product = with.Product;

    [Fact]
    public async Task A_worker_killed_in_the_middle_of_a_job_costs_only_time()
    {
        var host = await product.NewHostAsync();
        var pool = product.Inside<ImageWorkerPool>("media");
        var upload = host.Api.UploadAsync(Pictures.Png(2600, 1700, 300), "large.png");
        await Until.HoldsAsync(async () => await RunningJobsAsync() > 0 && pool.ProcessIds.Count > 0, "the job runs");
        foreach (var id in pool.ProcessIds) Process.GetProcessById(id).Kill();

        var view = await upload.ReadAsync<MediaView>(201);
        await Until.HoldsAsync(() => product.Api.GetAsync($"/api/v1/media/{view.Id}").ReadAsync<MediaView>(), v => v.Status == MediaStatus.Ready, "the job is done by another worker");
    }

    [Fact]
    public async Task A_job_of_a_host_that_was_killed_comes_back_when_its_lease_ends()
    {
        // What a killed host leaves behind: the original in the store, the rows, and a lease that nobody renews.
        var (content, file) = (Guid.CreateVersion7(), MediaId.New());
        await product.Inside<IObjectStore>("media").PutAsync($"originals/{content}", new MemoryStream(Pictures.Png(400, 300, 301)), new ObjectFacts("image/png"), CancellationToken.None);
        var rows = product.Inside<NpgsqlDataSource>("media");
        await rows.ExecuteAsync("""
            insert into media_metadata (id, scope, sha256, content_type, size_bytes, status, width, height, created_at) values ($1, 'public', repeat('0', 64), 'image/png', 1, 'processing', 400, 300, now())
            """, [content], CancellationToken.None);
        await rows.ExecuteAsync("insert into media_files (id, owner_id, purpose, file_name, content_id, created_at) values ($1, $2, 'listing', 'a.png', $3, now())", [file.Value, Guid.NewGuid(), content], CancellationToken.None);
        await rows.ExecuteAsync("insert into media_processing_queue (content_id, attempts, leased_until) values ($1, 1, now() + interval '1 second')", [content], CancellationToken.None);

        await Until.HoldsAsync(() => product.Api.GetAsync($"/api/v1/media/{file}").ReadAsync<MediaView>(), v => v.Status == MediaStatus.Ready, "another takes the job");
        (await product.Api.GetByteArrayAsync($"/api/v1/media/{file}/320.webp")).Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Sample_pictures_are_kept_and_processed_once()
    {
        var service = product.ServiceClientOf("media");
        var owner = UserId.New();
        var picture = new SamplePicture(MediaId.New(), owner, "living-01.png", Pictures.Png(800, 500, 302));
        var twin = picture with { Id = MediaId.New() };
        var batch = new SampleBatch { Pictures = [picture, twin] };

        (await service.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(2);
        (await service.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(0);

        var views = await service.PostAsync("/internal/media/by-ids", new[] { picture.Id, twin.Id, MediaId.New() }).ReadAsync<MediaView[]>();
        views.Select(v => v.Id).ShouldBe([picture.Id, twin.Id], ignoreOrder: true);
        views[0].Urls.Keys.ShouldBe(["320", "640", "1200"], "addresses are known before the renditions are");
        (await product.Api.GetByteArrayAsync(views[0].Urls["640"])).ShouldBe(await product.Api.GetByteArrayAsync(views[1].Urls["640"]));
        var contents = await product.Inside<NpgsqlDataSource>("media").QueryAsync("select count(distinct content_id) from media_files where owner_id = $1", [owner.Value], r => r.GetInt64(0), CancellationToken.None);
        contents.ShouldBe([1]);
        await product.Api.PostAsync("/internal/seed", batch).ShouldBeAsync(404);
    }

    [Fact]
    public async Task Uploads_of_one_picture_at_once_are_one_content()
    {
        var host = await product.NewHostAsync();
        var file = Pictures.Png(600, 400, 303);
        var views = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Api.UploadAsync(file, "same.png").ReadAsync<MediaView>(201)));
        views.ShouldAllBe(v => v.Status == MediaStatus.Ready);
        views.Select(v => v.Id).Distinct().Count().ShouldBe(8);
        var ids = views.Select(v => v.Id.Value).ToArray();
        var contents = await product.Inside<NpgsqlDataSource>("media").QueryAsync("select count(distinct content_id) from media_files where id = any($1)", [ids], r => r.GetInt64(0), CancellationToken.None);
        contents.ShouldBe([1]);
    }

    [Fact]
    public async Task A_worker_that_hangs_is_ended_at_its_deadline()
    {
        await using var worker = Worker(ImageWorkerSettings.ForThisProduct() with { JobDeadline = TimeSpan.FromSeconds(1) });
        (await worker.StartAsync(CancellationToken.None)).ShouldBeNull();
        Process.Start("kill", ["-STOP", $"{worker.ProcessId}"]).WaitForExit();
        (await Should.ThrowAsync<ImageWorkerFailedException>(() => worker.MakeAsync(Pictures.Png(100, 100), CancellationToken.None))).Message.ShouldBe("took too long");

        await using var next = Worker(ImageWorkerSettings.ForThisProduct());
        (await next.MakeAsync(Pictures.Png(100, 100), CancellationToken.None)).Value.Width.ShouldBe(100);
    }

    [Fact]
    public async Task A_worker_that_grows_too_large_is_ended()
    {
        // Far less than the runtime alone needs: whatever it does next is too much.
        await using var worker = Worker(ImageWorkerSettings.ForThisProduct() with { MemoryCapBytes = 20 * 1024 * 1024, AddressSpaceBytes = 0 });
        (await Should.ThrowAsync<ImageWorkerFailedException>(async () =>
        {
            await worker.StartAsync(CancellationToken.None);
            await worker.MakeAsync(Pictures.Png(3000, 2000), CancellationToken.None);
        })).Message.ShouldBe("grew too large");
    }

    [Fact]
    public async Task Without_a_worker_pictures_are_unavailable_and_not_wrong()
    {
        await using var pool = new ImageWorkerPool(new ImageWorkerSettings("false", []), NullLogger<ImageWorkerPool>.Instance);
        (await pool.WhyUnavailableAsync(CancellationToken.None))!.Code.ShouldBe("image_processing_unavailable");
    }

    static ImageWorkerProcess Worker(ImageWorkerSettings settings) => new(settings, NullLogger.Instance);

    async Task<long> RunningJobsAsync() => (await product.Inside<NpgsqlDataSource>("media").QueryAsync(
        "select count(*) from media_processing_queue where leased_until > now()", [], r => r.GetInt64(0), CancellationToken.None)).Single();
}
