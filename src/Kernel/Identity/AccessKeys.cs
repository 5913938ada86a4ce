using EstoSpaces.Kernel.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Kernel.Identity;

/// <summary>A set of auth's public keys, as it was read at one moment.</summary>
public sealed record KeySet(IReadOnlyList<SecurityKey> Keys);

/// <summary>
/// Auth's public keys, from its JWKS address: read again every five minutes, behind the requests' backs, and when a token names an unknown one. What was known stays valid while auth is
/// away.
/// </summary>
public sealed class AccessKeys(ModuleContext context, IHttpClientFactory clients)
{
    public const string Issuer = "estospaces";
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AgainAfterFailure = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile KeySet? known;
    private long readAt;
    private long renewAt;

    /// <summary>The keys, read if need be. Throws <see cref="HttpRequestException"/> when they were never read and can't be.</summary>
    public async ValueTask<KeySet> GetAsync(CancellationToken ct) => Known() ?? await ReadAsync(null, ct);

    /// <summary>The keys as they are known, or null. Reads them again in the background when it is time.</summary>
    public KeySet? Known()
    {
        if (known is not { } current) return null;
        var now = Environment.TickCount64;
        var due = Interlocked.Read(ref renewAt);
        if (now >= due && Interlocked.CompareExchange(ref renewAt, now + (long)AgainAfterFailure.TotalMilliseconds, due) == due) _ = RenewAsync(current);
        return current;
    }

    /// <summary>Keys that are younger than these, if there are any: for a token whose key is not among them. Asks at most once a second.</summary>
    public async ValueTask<KeySet> YoungerAsync(KeySet than, CancellationToken ct)
    {
        if (!ReferenceEquals(known, than)) return known ?? than;
        if (Environment.TickCount64 - Interlocked.Read(ref readAt) < AtMostEvery.TotalMilliseconds) return than;
        try { return await ReadAsync(than, ct); }
        catch (Exception e) when (IsAway(e, ct)) { return than; }
    }

    private async Task RenewAsync(KeySet current)
    {
        try { await ReadAsync(current, CancellationToken.None); }
        catch (Exception e) when (IsAway(e, CancellationToken.None)) { return; }
    }

    /// <summary>Reads them, unless somebody else did since these were known.</summary>
    private async Task<KeySet> ReadAsync(KeySet? before, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            if (known is { } meanwhile && !ReferenceEquals(meanwhile, before)) return meanwhile;
            Interlocked.Exchange(ref readAt, Environment.TickCount64);
            using var http = clients.CreateClient("jwks");
            var fetched = new KeySet([.. new JsonWebKeySet(await http.GetStringAsync(new Uri(context.AddressOf("auth"), "/.well-known/jwks.json"), ct)).GetSigningKeys()]);
            Interlocked.Exchange(ref renewAt, Environment.TickCount64 + (long)KeepFor.TotalMilliseconds);
            return known = fetched;
        }
        finally { gate.Release(); }
    }

    private static bool IsAway(Exception e, CancellationToken ct) => e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
