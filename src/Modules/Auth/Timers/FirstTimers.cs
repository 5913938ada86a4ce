using EstoSpaces.Kernel.Events;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>Sets the daily timers at every start; they ring a minute later and then set themselves.</summary>
public sealed class FirstTimers(NpgsqlDataSource source, TimeProvider clock) : IHostedService
{
    public async Task StartAsync(CancellationToken ct)
    {
        // Plain SQL, because the start would wait for the whole EF Core model otherwise.
        var now = clock.GetUtcNow();
        var soon = now + TimeSpan.FromMinutes(1);
        await using var timers = source.CreateBatch();
        timers.BatchCommands.Add(Outbox.TimerCommand<RotateSigningKeys>([(RotateSigningKeys.Subject, soon)], now));
        timers.BatchCommands.Add(Outbox.TimerCommand<PurgeExpiredSecrets>([(PurgeExpiredSecrets.Subject, soon)], now));
        await timers.ExecuteNonQueryAsync(ct);
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
