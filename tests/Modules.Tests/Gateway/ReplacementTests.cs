using System.Collections.Concurrent;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>Instances replaced under load, reads and writes that may not be repeated: not one request fails.</summary>
public sealed class ReplacementTests
{
    [Fact]
    public async Task Instances_are_replaced_under_load_without_one_failed_request()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (module, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        await using var load = new Load(all.Api);
        for (var round = 0; round < 5; round++)
        {
            var (next, nextApp) = await all.AddAsync();
            all.Directory.Set("things", app.Address, nextApp.Address);
            await Until.HoldsAsync(() => Task.FromResult(next.Reached > 50), "the new one is used");

            // As at SIGTERM: it says that it is leaving and still answers; it is not asked any more, and only then stops. The directory is told last.
            app.BeginToDrain();
            var (done, before) = (load.Done, -1);
            await Until.HoldsAsync(() =>
            {
                var quiet = module.UnderWay == 0 && module.Reached == before && load.Done > done + 100;
                if (module.Reached != before) (before, done) = (module.Reached, load.Done);
                return Task.FromResult(quiet);
            }, "the old one is not asked any more");
            await app.StopAsync();
            all.Directory.Set("things", nextApp.Address);
            (module, app) = (next, nextApp);
        }
        var (failures, total) = await load.EndAsync();
        failures.ShouldBeEmpty();
        total.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task A_module_that_moves_under_load_loses_no_request()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (one, first) = await all.AddAsync();
        var (two, second) = await all.AddAsync();
        all.Directory.Set("things", first.Address);
        await using var load = new Load(all.Api);
        for (var round = 0; round < 20; round++)
        {
            var (to, seen) = round % 2 == 0 ? (second, two.Reached) : (first, one.Reached);
            all.Directory.Set("things", to.Address);
            await Until.HoldsAsync(() => Task.FromResult((round % 2 == 0 ? two : one).Reached > seen + 20), "requests follow");
        }
        var (failures, _) = await load.EndAsync();
        failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Requests_under_way_at_an_instance_that_is_not_named_any_more_finish()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (module, app) = await all.AddAsync();
        var (_, other) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        var slow = all.Api.PostAsync("/api/v1/things/held", "ab");
        await Until.HoldsAsync(() => Task.FromResult(module.UnderWay == 1), "it arrived");
        all.Directory.Set("things", other.Address);
        var stopping = app.StopAsync();
        module.Held.SetResult();
        (await slow.ReadAsync()).GetProperty("body").GetString().ShouldBe("ab");
        await stopping;
    }

    /// <summary>Eight clients that ask all the time, every third time with a POST that must not be repeated.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly ConcurrentBag<string> failures = [];
        private readonly Task running;
        private int done;

        public Load(HttpClient api) => running = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                try
                {
                    using var answer = i % 3 == 0 ? await api.PostAsync("/api/v1/things/a", new { i }) : await api.GetAsync("/api/v1/things/a");
                    if ((int)answer.StatusCode != 200) failures.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                    Interlocked.Increment(ref done);
                }
                catch (HttpRequestException e) { failures.Add(e.Message); }
        })));

        public int Done => Volatile.Read(ref done);

        public async Task<(string[] Failures, int Total)> EndAsync()
        {
            await stop.CancelAsync();
            await running;
            return ([.. failures], done);
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            stop.Dispose();
        }
    }
}
