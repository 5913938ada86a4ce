using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>How many attempts are free in a window, and the waits after that: the first, doubled with each further attempt, up to the longest.</summary>
public sealed record ThrottleRule(string Name, int Free, TimeSpan Window, TimeSpan FirstWait, TimeSpan LongestWait)
{
    /// <summary>Wrong passwords for one account, whoever tries.</summary>
    public static readonly ThrottleRule LoginAccount = new("login:account", 8, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(15));

    /// <summary>Wrong passwords from one address, whatever the account. Many people can share an address.</summary>
    public static readonly ThrottleRule LoginAddress = new("login:address", 100, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(15));

    /// <summary>Mails of one kind to one account.</summary>
    public static readonly ThrottleRule Mail = new("mail", 3, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1));

    /// <summary>Mails asked for from one address.</summary>
    public static readonly ThrottleRule MailAddress = new("mail:address", 60, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1), TimeSpan.FromHours(1));

    /// <summary>Nonces for wallets given out to one address.</summary>
    public static readonly ThrottleRule WalletNonce = new("wallet:nonce", 300, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(15));

    /// <summary>Wallets' messages from one address that proved nothing.</summary>
    public static readonly ThrottleRule WalletAddress = new("wallet:address", 100, TimeSpan.FromMinutes(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(15));
}

/// <summary>Counts attempts in the database, so that a restart or another replica forgets none. An attempt counts before its outcome is known: parallel tries can't slip through.</summary>
public sealed class Throttle(NpgsqlDataSource source)
{
    /// <summary>Null when the attempt may go on, else how long to wait. Attempts during a wait are not counted.</summary>
    public async Task<TimeSpan?> TakeAsync(ThrottleRule rule, string subject, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var take = source.Sql("""
            insert into throttles as t (key, attempts, began_at) values ($1, 1, $2)
            on conflict (key) do update set
                attempts = case when t.began_at < $2 - $4 and coalesce(t.blocked_until, $2) <= $2 then 1 when t.blocked_until > $2 then t.attempts else t.attempts + 1 end,
                began_at = case when t.began_at < $2 - $4 and coalesce(t.blocked_until, $2) <= $2 then $2 else t.began_at end,
                blocked_until = case
                    when t.blocked_until > $2 then t.blocked_until
                    when t.began_at < $2 - $4 then null
                    when t.attempts + 1 > $3 then $2 + least($6, $5 * power(2, least(t.attempts - $3, 20)))
                    else null end
            returning attempts, blocked_until
            """, Key(rule, subject), now, rule.Free, rule.Window, rule.FirstWait, rule.LongestWait);
        await using var reader = await take.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.Maybe<DateTimeOffset>(1) is { } until && until > now ? until - now : null;
    }

    /// <summary>The attempt was a good one: the subject starts anew.</summary>
    public Task ForgetAsync(ThrottleRule rule, string subject, CancellationToken ct) => source.ExecuteAsync("delete from throttles where key = $1", [Key(rule, subject)], ct);

    /// <summary>The attempt was a good one, but says nothing about the others from there: only it is taken back.</summary>
    public Task GiveBackAsync(ThrottleRule rule, string subject, CancellationToken ct) =>
        source.ExecuteAsync("update throttles set attempts = attempts - 1 where key = $1 and attempts > 0 and blocked_until is null", [Key(rule, subject)], ct);

    /// <summary>The refusal, with Retry-After set.</summary>
    public static Contracts.Refusal Refuse(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return AuthRefusals.TooManyAttempts;
    }

    /// <summary>Subjects are hashed: the table tells nobody which addresses were tried.</summary>
    private static string Key(ThrottleRule rule, string subject) => $"{rule.Name}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)))}";
}
