using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>Reads which sessions ended while access tokens of theirs may still be out.</summary>
public sealed class RevokedSince(NpgsqlDataSource source, Settings settings)
{
    public TimeSpan TokenLife => settings.Span("JWT_EXPIRY");

    /// <summary>Those that ended at or after a time; times before the life of a token ago find nothing more.</summary>
    public async Task<IReadOnlyList<RevokedSession>> ReadAsync(DateTimeOffset since, CancellationToken ct)
    {
        var oldest = TimeProvider.System.GetUtcNow() - TokenLife;
        return await source.QueryAsync("select id, revoked_at from sessions where revoked_at >= $1", [(since > oldest ? since : oldest).ToUniversalTime()],
            row => new RevokedSession(row.GetGuid(0), row.GetFieldValue<DateTimeOffset>(1) + TokenLife), ct);
    }
}
