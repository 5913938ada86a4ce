using System.Diagnostics.Metrics;
using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace EstoSpaces.Auth;

/// <summary>
/// Hashes and checks passwords: PBKDF2 with HMAC-SHA512, salted, in the framework's versioned format. 210,000 rounds in production (OWASP's figure), fewer in development.
/// An unknown account costs the same work as a known one. At most one hash runs on each core; the rest wait, so that sign-ins can't starve everything else.
/// </summary>
public sealed class PasswordVault : IDisposable
{
    private const int ProductionRounds = 210_000;
    private const int DevelopmentRounds = 20_000;
    private static readonly object Nobody = new();
    private static readonly Meter Meter = new("EstoSpaces.Auth");
    private static readonly Counter<long> Checked = Meter.CreateCounter<long>("estospaces_auth_password_checks_total", description: "Passwords that were compared with a hash, also for unknown accounts.");
    private readonly SemaphoreSlim cores = new(Environment.ProcessorCount);
    private readonly PasswordHasher<object> hasher;
    private readonly Lazy<string> dummy;

    public PasswordVault(Settings settings)
    {
        hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = settings.IsProduction ? ProductionRounds : DevelopmentRounds }));
        dummy = new Lazy<string>(() => hasher.HashPassword(Nobody, Guid.NewGuid().ToString()));
    }

    public Task<string> HashAsync(string password, CancellationToken ct) => OnACoreAsync(() => hasher.HashPassword(Nobody, password), ct);

    /// <summary>Compares with the account's hash, or with one that fits nothing when there is no account. <c>Stale</c>: the hash should be made anew.</summary>
    public async Task<(bool Right, bool Stale)> CheckAsync(string? hash, string password, CancellationToken ct)
    {
        Checked.Add(1);
        var against = string.IsNullOrEmpty(hash) ? dummy.Value : hash;
        var outcome = await OnACoreAsync(() => hasher.VerifyHashedPassword(Nobody, against, password), ct);
        return (outcome != PasswordVerificationResult.Failed && !string.IsNullOrEmpty(hash), outcome == PasswordVerificationResult.SuccessRehashNeeded);
    }

    public void Dispose() => cores.Dispose();

    private async Task<T> OnACoreAsync<T>(Func<T> work, CancellationToken ct)
    {
        await cores.WaitAsync(ct);
        try { return await Task.Run(work, ct); }
        finally { cores.Release(); }
    }
}
