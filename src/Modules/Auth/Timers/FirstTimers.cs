using EstoSpaces.Kernel.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EstoSpaces.Auth;

/// <summary>Sets the daily timers at every start; they ring a minute later and then set themselves.</summary>
public sealed class FirstTimers(IServiceScopeFactory scopes, TimeProvider clock) : IHostedService
{
    public async Task StartAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var outbox = scope.ServiceProvider.GetRequiredService<Outbox>();
        var soon = clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        await outbox.SetTimerAsync<RotateSigningKeys>(RotateSigningKeys.Subject, soon, ct);
        await outbox.SetTimerAsync<PurgeExpiredSecrets>(PurgeExpiredSecrets.Subject, soon, ct);
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
