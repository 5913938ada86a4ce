using EstoSpaces.Kernel.Identity;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>
/// Makes up for announcements that were lost on the way: at the start, whenever Redis came back, and each minute it announces every session that ended while tokens of it may be out;
/// every five seconds those of the last half minute.
/// </summary>
public sealed class RevocationHerald(RevokedSince sessions, RevokedSessions revoked) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var (opening, recentAt, wholeAt) = (-1, DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        using var tick = new PeriodicTimer(Look);
        try
        {
            do
            {
                var now = TimeProvider.System.GetUtcNow();
                var isWhole = opening != revoked.Openings || now >= wholeAt;
                if (!isWhole && now < recentAt) continue;
                var opened = revoked.Openings;
                if (!await AnnounceAsync(isWhole ? now - sessions.TokenLife : now - Overlap, stopping)) continue;
                recentAt = now + Often;
                if (isWhole) (opening, wholeAt) = (opened, now + Whole);
            }
            while (await tick.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
    }

    /// <summary>False when the database is away: soon again.</summary>
    private async Task<bool> AnnounceAsync(DateTimeOffset since, CancellationToken ct)
    {
        try
        {
            // Without Redis the others hear nothing whatever is done here: they ask us instead, and nothing is lost by not trying again.
            await revoked.AnnounceAsync(await sessions.ReadAsync(since, ct));
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException) { return false; }
    }
}
