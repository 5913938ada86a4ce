using System.Diagnostics;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>Eureka's own client for Node, as it is published.</summary>
public sealed class EurekaClientTests
{
    private static readonly (string App, string Id)[] Others = [.. Enumerable.Range(0, 8).Select(i => ("BOOKING-SERVICE", $"b-{i}"))];

    [Fact]
    public async Task It_registers_renews_finds_others_is_seen_and_is_evicted_when_it_falls_silent()
    {
        await using var registry = await OwnRegistry.StartAsync();
        for (var i = 0; i < Others.Length; i++) await registry.RegisterAsync(Others[i].App, Others[i].Id, 7000 + i).ShouldBeAsync(204);
        await using var node = Node.Start(registry, "");
        await node.HearAsync("registered");
        await node.HearAsync("started");
        await node.HearAsync("renewed");
        await node.SayAsync("look");
        (await node.HearAsync("found")).ShouldBe("found " + string.Join(", ", Others.Select((_, i) => $"127.0.0.1:{7000 + i} UP")));
        var seen = (await registry.JsonAsync("/eureka/apps/NODE-SERVICE/node-1")).GetProperty("instance");
        seen.GetProperty("metadata").GetProperty("from").GetString().ShouldBe("node");
        seen.GetProperty("port").ToString().ShouldBe("""{"$":9123,"@enabled":"true"}""");

        // A registry that forgot it hears of it again by itself.
        await registry.Http.DeleteAsync("/eureka/apps/NODE-SERVICE/node-1").ShouldBeAsync(200);
        await node.HearAsync("registered");
        await Until.HoldsAsync(registry.HashAsync, hash => hash == "UP_9_", "it registered anew");

        await node.KillAsync();
        await registry.LiveAsync(TimeSpan.FromSeconds(90), Others);
        (await registry.HashAsync()).ShouldBe("UP_9_");
        await registry.LiveAsync(TimeSpan.FromSeconds(30), Others);
        (await registry.HashAsync()).ShouldBe("UP_8_");
    }

    [Fact]
    public async Task It_shows_its_password_and_leaves_when_it_stops()
    {
        await using var registry = await OwnRegistry.StartAsync(null, 0, ("EUREKA_USER", "node"), ("EUREKA_PASSWORD", "secret"));
        await using (var stranger = Node.Start(registry, "node:wrong@")) (await stranger.HearAsync("failed")).ShouldContain("401");
        await using var node = Node.Start(registry, "node:secret@");
        await node.HearAsync("started");
        await node.SayAsync("stop");
        await node.HearAsync("deregistered");
        registry.Http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("node:secret"u8));
        (await registry.HashAsync()).ShouldBe("");
    }

    private sealed class Node(Process process) : IAsyncDisposable
    {
        private readonly List<string> unasked = [];

        public static Node Start(OwnRegistry registry, string credentials)
        {
            var script = Path.Combine(Root(), "tests", "clients", "eureka.mjs");
            return new Node(Process.Start(new ProcessStartInfo("node", [script, $"http://{credentials}127.0.0.1:{registry.Port}", "BOOKING-SERVICE"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!);
        }

        public Task SayAsync(string word) => process.StandardInput.WriteLineAsync(word);

        /// <summary>The next line that begins with the word. The others can be asked for later: the client renews while it fetches, and which comes first is chance.</summary>
        public async Task<string> HearAsync(string word)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            bool Begins(string line) => line.StartsWith(word, StringComparison.Ordinal);
            while (!unasked.Exists(Begins) && await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line) unasked.Add(line);
            if (unasked.Find(Begins) is { } said)
            {
                unasked.Remove(said);
                return said;
            }
            throw new ShouldAssertException($"never said {word}: {await process.StandardError.ReadToEndAsync(deadline.Token)}");
        }

        public async Task KillAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited) await KillAsync();
            process.Dispose();
        }

        private static string Root()
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "EstoSpaces.slnx"))) folder = folder.Parent;
            return folder.FullName;
        }
    }
}
