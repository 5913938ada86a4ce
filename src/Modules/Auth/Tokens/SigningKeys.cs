using System.Security.Cryptography;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>A key as the outside sees it (RFC 7517).</summary>
public sealed record PublicJwk(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);

/// <summary>
/// The keys that sign access tokens (ES256). They live in the database, so all replicas share them; this holds a copy for some seconds.
/// A new key is published for <see cref="PublishAhead"/> before it signs, which is longer than others keep the JWKS, and stays published until the last token it signed is over.
/// </summary>
public sealed partial class SigningKeys(NpgsqlDataSource source, AuthKeys secrets, Settings settings, ILogger<SigningKeys> log) : IDisposable
{
    public static readonly TimeSpan PublishAhead = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan RotateEvery = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(20);
    private const long LockKey = 0x4573746F_4B657973;
    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile Ring? ring;

    private sealed record Row(string Kid, byte[] PublicKey, byte[]? PrivateKey, DateTimeOffset ActivatesAt);

    private sealed record Ring(IReadOnlyList<PublicJwk> Published, IReadOnlyList<(DateTimeOffset ActivatesAt, SigningCredentials Credentials)> Signers, DateTimeOffset ReadAt);

    /// <summary>What signs now.</summary>
    public async Task<SigningCredentials> SignerAsync(CancellationToken ct)
    {
        var signers = (await RingAsync(ct)).Signers;
        var now = TimeProvider.System.GetUtcNow();
        return signers.First(s => s.ActivatesAt <= now).Credentials;
    }

    /// <summary>Every key that signs, will sign soon, or signed tokens that still live.</summary>
    public async Task<IReadOnlyList<PublicJwk>> PublishedAsync(CancellationToken ct) => (await RingAsync(ct)).Published;

    /// <summary>When the newest key was (or will be) put to work.</summary>
    public async Task<DateTimeOffset> NewestActivationAsync(CancellationToken ct) => (await RingAsync(ct)).Signers[0].ActivatesAt;

    /// <summary>Makes the next key. It is published now and signs after the given time; the ones before it retire when their last tokens are over.</summary>
    public async Task<(string Kid, DateTimeOffset ActivatesAt)> RotateAsync(TimeSpan publishAhead, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockAsync(connection, ct);
        var made = await AddAsync(connection, publishAhead, ct);
        await transaction.CommitAsync(ct);
        ring = null;
        LogRotated(made.Kid, made.ActivatesAt);
        return made;
    }

    public void Dispose() => gate.Dispose();

    private async Task<Ring> RingAsync(CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (ring is { } have && now - have.ReadAt < KeepFor) return have;
        await gate.WaitAsync(ct);
        try
        {
            if (ring is { } meanwhile && now - meanwhile.ReadAt < KeepFor) return meanwhile;
            var read = await ReadAsync(ct);
            if (read.Signers.All(s => s.ActivatesAt > now))
            {
                await EnsureAsync(ct);
                read = await ReadAsync(ct);
            }
            return ring = read;
        }
        finally { gate.Release(); }
    }

    /// <summary>The first start, or JWT_SECRET changed and the private keys can't be read any more: a key that signs at once. Others learn of it when they meet its id.</summary>
    private async Task EnsureAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await LockAsync(connection, ct);
        var now = TimeProvider.System.GetUtcNow();
        var rows = await RowsAsync(connection, now, ct);
        if (!rows.Any(r => r.ActivatesAt <= now && r.PrivateKey is not null && secrets.Open(r.PrivateKey, r.Kid) is not null))
        {
            if (rows.Count > 0) LogUnreadable();
            await AddAsync(connection, TimeSpan.Zero, ct);
        }
        await transaction.CommitAsync(ct);
    }

    private async Task<(string Kid, DateTimeOffset ActivatesAt)> AddAsync(NpgsqlConnection connection, TimeSpan publishAhead, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var activatesAt = now + publishAhead;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Jwk(key.ExportSubjectPublicKeyInfo(), "").Kid;
        await using (var retire = connection.Sql("update signing_keys set retires_at = $1 where retires_at is null", activatesAt + settings.Span("JWT_EXPIRY") + TimeSpan.FromMinutes(5)))
            await retire.ExecuteNonQueryAsync(ct);
        await using (var forget = connection.Sql("update signing_keys set private_key = null where retires_at < $1 and private_key is not null", now))
            await forget.ExecuteNonQueryAsync(ct);
        await using var insert = connection.Sql("insert into signing_keys (kid, public_key, private_key, created_at, activates_at) values ($1, $2, $3, $4, $5)",
            kid, key.ExportSubjectPublicKeyInfo(), secrets.Seal(key.ExportPkcs8PrivateKey(), kid), now, activatesAt);
        await insert.ExecuteNonQueryAsync(ct);
        return (kid, activatesAt);
    }

    private async Task<Ring> ReadAsync(CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await RowsAsync(connection, now, ct);
        var signers = new List<(DateTimeOffset, SigningCredentials)>();
        foreach (var row in rows)
            if (row.PrivateKey is not null && secrets.Open(row.PrivateKey, row.Kid) is { } plain)
            {
                var key = ECDsa.Create(); // lives as long as the ring that holds it
                key.ImportPkcs8PrivateKey(plain, out _);
                signers.Add((row.ActivatesAt, new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = row.Kid }, SecurityAlgorithms.EcdsaSha256)));
            }
        return new Ring([.. rows.Select(r => Jwk(r.PublicKey, r.Kid))], signers, now);
    }

    private static async Task<List<Row>> RowsAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken ct)
    {
        await using var select = connection.Sql("select kid, public_key, private_key, activates_at from signing_keys where retires_at is null or retires_at > $1 order by activates_at desc, created_at desc", now);
        await using var reader = await select.ExecuteReaderAsync(ct);
        var rows = new List<Row>();
        while (await reader.ReadAsync(ct))
            rows.Add(new Row(reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return rows;
    }

    private static async Task LockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var hold = connection.Sql("select pg_advisory_xact_lock($1)", LockKey);
        await hold.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The key's id is its thumbprint (RFC 7638).</summary>
    private static PublicJwk Jwk(byte[] publicKey, string kid)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(publicKey, out _);
        var point = key.ExportParameters(false).Q;
        var (x, y) = (Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        if (kid.Length == 0) kid = Base64UrlEncoder.Encode(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
        return new PublicJwk("EC", "P-256", x, y, kid, "sig", SecurityAlgorithms.EcdsaSha256);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Signing key {Kid} is published and signs from {ActivatesAt}")]
    private partial void LogRotated(string kid, DateTimeOffset activatesAt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The signing keys were protected by another JWT_SECRET: a new one was made. Tokens that are out stay valid")]
    private partial void LogUnreadable();
}
