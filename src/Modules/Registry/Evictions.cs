using EstoSpaces.Registry.Leases;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Registry;

/// <summary>Once a minute, takes out the instances whose lease ended; says when it holds back, and when no longer.</summary>
internal sealed class Evictions(LeaseBook book, RegistryMetrics metrics, TimeProvider clock, ILogger<Evictions> log) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(60);
    private ITimer? timer;
    private bool preserving;

    public Task StartAsync(CancellationToken ct)
    {
        timer = clock.CreateTimer(_ => Pass(), null, Every, Every);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken ct) => await DisposeAsync();

    public ValueTask DisposeAsync() => timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Pass()
    {
        var pulse = book.Pulse();
        if (pulse.Preserving != preserving)
        {
            preserving = pulse.Preserving;
            if (preserving) Log.Preserving(log, pulse.Seen, pulse.Expected);
            else Log.PreservingNoLonger(log, pulse.Seen, pulse.Expected);
        }
        var evicted = book.Evict();
        if (evicted == 0) return;
        metrics.Evicted(evicted);
        Log.Evicted(log, evicted);
    }
}
