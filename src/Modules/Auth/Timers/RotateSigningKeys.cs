using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Auth;

/// <summary>Every thirty days the next key is published and, a little later, signs.</summary>
public sealed class RotateSigningKeys(SigningKeys keys, Outbox outbox, TimeProvider clock) : ITimerDoor
{
    public const string Subject = "signing_keys";

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        // Keys live on system time. When product time was moved, the timer rings early and nothing is due.
        var newest = await keys.NewestActivationAsync(ct);
        if (newest + SigningKeys.RotateEvery <= TimeProvider.System.GetUtcNow()) await keys.RotateAsync(SigningKeys.PublishAhead, ct);
        await outbox.SetTimerAsync<RotateSigningKeys>(Subject, clock.GetUtcNow() + TimeSpan.FromDays(1), ct);
    }
}
