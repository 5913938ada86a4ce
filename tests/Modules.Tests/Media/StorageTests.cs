using System.Text;
using EstoSpaces.Media.Storage;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>What every object store must do, on the local one.</summary>
public sealed class StorageTests : IDisposable
{
    readonly string folder = Path.Combine(Path.GetTempPath(), "estospaces-tests", Guid.NewGuid().ToString("n"));
    readonly LocalObjectStore store;
    readonly Hands clock = new();

    public StorageTests() => store = new LocalObjectStore(folder, clock);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_object_comes_back_with_its_facts()
    {
        await PutAsync("a/b/one.webp", "hello world", new ObjectFacts("image/webp", new Dictionary<string, string> { ["owner"] = "u1" }));
        await using var stored = (await store.GetAsync("a/b/one.webp", null, default)).ShouldNotBeNull();
        (await TextAsync(stored.Content)).ShouldBe("hello world");
        (stored.Head.Length, stored.Head.Facts.ContentType, stored.Head.Facts.Metadata["owner"]).ShouldBe((11, "image/webp", "u1"));
        (await store.HeadAsync("a/b/one.webp", default))!.ETag.ShouldBe(stored.Head.ETag);
    }

    [Fact]
    public async Task A_range_of_an_object_ends_where_it_was_asked_to()
    {
        await PutAsync("a/range", "0123456789");
        await using var part = (await store.GetAsync("a/range", new ByteRange(3, 5), default)).ShouldNotBeNull();
        (await TextAsync(part.Content)).ShouldBe("345");
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => store.GetAsync("a/range", new ByteRange(3, 10), default));
    }

    [Fact]
    public async Task What_is_not_there_is_null_and_removing_it_succeeds()
    {
        (await store.GetAsync("no/such", null, default)).ShouldBeNull();
        (await store.HeadAsync("no", default)).ShouldBeNull();
        await store.DeleteAsync("no/such", default);
        (await store.ListAsync("no/", default).ToListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_has_the_keys_below_a_prefix_in_order()
    {
        foreach (var key in (string[])["p/2/b", "p/2/a", "p/10/c", "q/1"]) await PutAsync(key, key);
        (await store.ListAsync("p/", default).ToListAsync()).ShouldBe(["p/10/c", "p/2/a", "p/2/b"]);
        await store.DeleteAsync("p/2/a", default);
        (await store.ListAsync("p/2/", default).ToListAsync()).ShouldBe(["p/2/b"]);
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
    public async Task A_key_that_would_leave_the_folder_is_a_bug(string key) =>
        await Should.ThrowAsync<ArgumentException>(() => store.HeadAsync(key, default));

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
        var address = store.SignedReadAddress("private/x/1.webp", TimeSpan.FromMinutes(5));
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri("http://x" + address).Query);
        var (expires, signature) = (long.Parse(query["expires"]!), query["signature"].ToString());

        store.Signer.Accepts("private/x/1.webp", expires, signature).ShouldBeTrue();
        store.Signer.Accepts("private/x/2.webp", expires, signature).ShouldBeFalse();
        store.Signer.Accepts("private/x/1.webp", expires + 1, signature).ShouldBeFalse();
        new LocalObjectStore(folder, clock).Signer.Accepts("private/x/1.webp", expires, signature).ShouldBeTrue("the key outlives the process");
        clock.Now += TimeSpan.FromMinutes(6);
        store.Signer.Accepts("private/x/1.webp", expires, signature).ShouldBeFalse();
    }

    Task PutAsync(string key, string content, ObjectFacts? facts = null) =>
        store.PutAsync(key, new MemoryStream(Encoding.UTF8.GetBytes(content)), facts ?? new ObjectFacts("text/plain"), default);

    static async Task<string> TextAsync(Stream stream) => await new StreamReader(stream).ReadToEndAsync();

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
