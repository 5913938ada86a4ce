using EstoSpaces.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace EstoSpaces.System.Tests;

/// <summary>
/// kill -9 of the whole product in the middle of bookings and payments, again and again at random moments. FAULT_ROUNDS sets how often (5 unless told), FAULT_SEED replays a run.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_no_night_sold_twice_and_nobody_charged_twice()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("FAULT_ROUNDS") ?? "5");
        var seed = int.Parse(Environment.GetEnvironmentVariable("FAULT_SEED") ?? Random.Shared.Next().ToString());
        output.WriteLine($"FAULT_ROUNDS={rounds} FAULT_SEED={seed}");
        var random = new Random(seed);
        await using var product = await OneProcess.StartAsync();
        var load = await BookingLoad.PrepareAsync(product);

        for (var round = 0; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var running = load.RunAsync(seed + round * 1000, stop.Token);
            // A random step of a random booking: counted in steps, so that a slow machine is hit in the middle too.
            var goal = load.Steps + random.Next(1, 60);
            await Until.HoldsAsync(() => Task.FromResult(load.Steps >= goal), "bookings and payments go on", seconds: 60);
            using (var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, 60)))) await moment.WaitForNextTickAsync();
            await product.KillAsync();
            await stop.CancelAsync();
            await running;
            await product.UpAsync();
        }
        output.WriteLine(load.Summary);
        load.Paid.ShouldBeGreaterThan(0, product.Output);
        await load.CheckAsync();
        await load.EverythingEndsAsync();
    }
}
