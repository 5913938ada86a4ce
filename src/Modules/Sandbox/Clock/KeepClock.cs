using Microsoft.Extensions.Hosting;

namespace EstoSpaces.Sandbox.Clock;

/// <summary>Puts the clock where it was before the restart.</summary>
internal sealed class KeepClock(ClockOfTheProduct clock) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => clock.Restore(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
