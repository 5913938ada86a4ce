using System.Net;
using System.Text;
using Amazon.Runtime;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Media.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>What every object store must do.</summary>
public abstract class ObjectStoreTests
{
    protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task An_object_comes_back_with_its_facts()
    {
        await PutAsync("a/b/one.webp", "hello world", new ObjectFacts("image/webp", new Dictionary<string, string> { ["owner"] = "u1" }) { CacheControl = "public, max-age=60" });
        await using var stored = (await Store.GetAsync("a/b/one.webp", null, default)).ShouldNotBeNull();
        (await TextAsync(stored.Content)).ShouldBe("hello world");
        (stored.Head.Length, stored.Head.Facts.ContentType, stored.Head.Facts.Metadata["owner"], stored.Head.Facts.CacheControl).ShouldBe((11, "image/webp", "u1", "public, max-age=60"));

        var head = (await Store.HeadAsync("a/b/one.webp", default)).ShouldNotBeNull();
        (head.Length, head.ETag, head.Facts.ContentType).ShouldBe((11, stored.Head.ETag, "image/webp"));
        (TimeProvider.System.GetUtcNow() - head.ModifiedAt).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_put_replaces_and_changes_the_tag()
    {
        await PutAsync("a/same", "one");
        var first = (await Store.HeadAsync("a/same", default))!.ETag;
        await PutAsync("a/same", "two");
        (await Store.HeadAsync("a/same", default))!.ETag.ShouldNotBe(first);
    }

    [Fact]
    public async Task A_range_of_an_object_ends_where_it_was_asked_to()
    {
        await PutAsync("a/range", "0123456789");
        await using var part = (await Store.GetAsync("a/range", new ByteRange(3, 5), default)).ShouldNotBeNull();
        (await TextAsync(part.Content)).ShouldBe("345");
        part.Head.Length.ShouldBe(10);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Store.GetAsync("a/range", new ByteRange(10, 12), default));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_removing_it_succeeds()
    {
        (await Store.GetAsync("no/such", null, default)).ShouldBeNull();
        (await Store.HeadAsync("no", default)).ShouldBeNull();
        await Store.DeleteAsync("no/such", default);
        (await Store.ListAsync("no/", default).ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_has_the_keys_below_a_prefix_in_order()
    {
        foreach (var key in (string[])["p/2/b", "p/2/a", "p/10/c", "pq/1"]) await PutAsync(key, key);
        (await Store.ListAsync("p/", default).ToListAsync()).ShouldBe(["p/10/c", "p/2/a", "p/2/b"]);
        await Store.DeleteAsync("p/2/a", default);
        (await Store.ListAsync("p/2/", default).ToListAsync()).ShouldBe(["p/2/b"]);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("a/../b")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("A/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData(".hidden")]
    [InlineData("")]
    public async Task A_key_that_would_leave_the_store_is_a_bug(string key) =>
        await Should.ThrowAsync<ArgumentException>(() => Store.HeadAsync(key, default));

    protected Task PutAsync(string key, string content, ObjectFacts? facts = null) =>
        Store.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)), facts ?? new ObjectFacts("text/plain"), default);

    protected static async Task<string> TextAsync(Stream stream) => await new StreamReader(stream).ReadToEndAsync();
}

/// <summary>The contract on a local folder, and what only a folder can get wrong.</summary>
public sealed class LocalObjectStoreTests : ObjectStoreTests, IDisposable
{
    readonly string folder = Path.Combine(Path.GetTempPath(), "estospaces-tests", Guid.NewGuid().ToString("n"));
    readonly LocalObjectStore store;
    readonly Hands clock = new();

    public LocalObjectStoreTests() => store = new LocalObjectStore(folder, clock);

    protected override IObjectStore Store => store;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Readers_see_the_old_object_or_the_new_one()
    {
        var contents = new[] { new string('a', 200_000), new string('b', 100_000) };
        await PutAsync("swap/it", contents[0]);
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 1; i <= 40; i++) await PutAsync("swap/it", contents[i % 2]);
            await done.CancelAsync();
        });
        while (!done.IsCancellationRequested)
        {
            await using var stored = (await store.GetAsync("swap/it", null, default)).ShouldNotBeNull();
            contents.ShouldContain(await TextAsync(stored.Content));
        }
        await writing;
    }

    [Fact]
    public async Task A_put_whose_source_breaks_leaves_nothing()
    {
        await Should.ThrowAsync<IOException>(() => store.PutAsync("broken/it", new Breaking(), new ObjectFacts("text/plain"), default));
        (await store.HeadAsync("broken/it", default)).ShouldBeNull();
        Directory.EnumerateFiles(Path.Combine(folder, "unfinished")).ShouldBeEmpty();
    }

    [Fact]
    public void A_signed_address_opens_one_object_until_it_expires()
    {
        var query = QueryHelpers.ParseQuery(new Uri("http://x" + store.SignedReadAddress("private/x/1.webp", TimeSpan.FromMinutes(5))).Query);
        var (expires, signature) = (long.Parse(query["expires"]!), query["signature"].ToString());

        store.Signer.Accepts("private/x/1.webp", expires, signature).ShouldBeTrue();
        store.Signer.Accepts("private/x/2.webp", expires, signature).ShouldBeFalse();
        store.Signer.Accepts("private/x/1.webp", expires + 1, signature).ShouldBeFalse();
        new LocalObjectStore(folder, clock).Signer.Accepts("private/x/1.webp", expires, signature).ShouldBeTrue("the key outlives the process");
        clock.Now += TimeSpan.FromMinutes(6);
        store.Signer.Accepts("private/x/1.webp", expires, signature).ShouldBeFalse();
    }

    sealed class Hands : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = TimeProvider.System.GetUtcNow();
        public override DateTimeOffset GetUtcNow() => Now;
    }

    sealed class Breaking : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) => throw new IOException("broken");
    }
}

/// <summary>The contract on a bucket: by default on a server of our own that speaks S3's protocol, or on a real one named by TEST_S3_ENDPOINT.</summary>
public sealed class S3ObjectStoreTests : ObjectStoreTests, IAsyncLifetime
{
    S3Server? server;
    S3ObjectStore store = null!;

    protected override IObjectStore Store => store;

    public async Task InitializeAsync()
    {
        var real = Environment.GetEnvironmentVariable("TEST_S3_ENDPOINT");
        if (real is null) server = await S3Server.StartAsync();
        store = Of(real ?? server!.Address, S3Server.SecretKey);
        foreach (var folder in (string[])["a/", "p/", "pq/"])
            await foreach (var key in store.ListAsync(folder, default)) await store.DeleteAsync(key, default);
    }

    public async Task DisposeAsync()
    {
        store.Dispose();
        if (server is not null) await server.DisposeAsync();
    }

    [Fact]
    public async Task A_signed_address_is_served_by_the_store_itself()
    {
        await PutAsync("a/signed", "for you");
        using var http = new HttpClient();
        var address = store.SignedReadAddress("a/signed", TimeSpan.FromMinutes(5));
        (await http.GetStringAsync(address)).ShouldBe("for you");
        (await http.GetAsync(address.Replace("/a/signed", "/a/other"))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await http.GetAsync(address.Split('?')[0])).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_store_that_refuses_or_does_not_answer_is_unavailable()
    {
        using var stranger = Of(Environment.GetEnvironmentVariable("TEST_S3_ENDPOINT") ?? server!.Address, "wrong");
        (await Should.ThrowAsync<HttpRequestException>(() => stranger.GetAsync("a/any", null, default))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var nobody = Of("http://127.0.0.1:9", S3Server.SecretKey);
        await Should.ThrowAsync<HttpRequestException>(() => nobody.PutAsync("a/any", new MemoryStream([1]), new ObjectFacts("text/plain"), default));
    }

    [Fact]
    public void The_settings_choose_the_store()
    {
        Chosen().ShouldBeOfType<LocalObjectStore>();
        Chosen(("S3_ENDPOINT", "http://127.0.0.1:9"), ("S3_BUCKET", "b"), ("S3_ACCESS_KEY", "k"), ("S3_SECRET_KEY", "s")).ShouldBeOfType<S3ObjectStore>();
        Chosen(("GCS_BUCKET_NAME", "b"), ("S3_ACCESS_KEY", "k"), ("S3_SECRET_KEY", "s")).ShouldBeOfType<S3ObjectStore>()
            .SignedReadAddress("a/b", TimeSpan.FromMinutes(1)).ShouldStartWith("https://storage.googleapis.com/b/a/b?");
        Should.Throw<SettingsException>(() => Chosen(("S3_ENDPOINT", "http://127.0.0.1:9")));
        Should.Throw<SettingsException>(() => Chosen(("S3_BUCKET", "b"), ("S3_ACCESS_KEY", "k")));
    }

    static IObjectStore Chosen(params (string Name, string? Value)[] settings) =>
        ObjectStores.Choose(new Settings(new Dictionary<string, string>()).With(settings), Path.Combine(Path.GetTempPath(), "estospaces-tests", "chosen"));

    static S3ObjectStore Of(string endpoint, string secret) => new(S3Server.Bucket, endpoint, S3Server.Region, new BasicAWSCredentials(S3Server.AccessKey, secret));
}
