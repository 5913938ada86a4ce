using Npgsql;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>An answer to give instead of doing the work.</summary>
internal sealed record KeptAnswer(int Status, string Body, string RequestId, bool Replayed);

/// <summary>
/// Idempotency-Key as Stripe documents it: the first answer again for the same parameters, 400 for others,
/// 409 while the first is still being worked on; forgotten after a day.
/// </summary>
internal static class Idempotency
{
    static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Null when the work is to be done; the key then stays claimed until the transaction ends.</summary>
    public static async Task<KeptAnswer?> Claim(StripeWork work, string key, string path, string fingerprint)
    {
        // Two statements of one batch, each with a snapshot of its own: who gets the lock sees what its last holder committed.
        await using var batch = new NpgsqlBatch(work.Connection)
        {
            BatchCommands =
            {
                new("select pg_try_advisory_xact_lock(hashtextextended($1, 7))") { Parameters = { new() { Value = key } } },
                new("select path, fingerprint, status, body, request_id from stripe_idempotency where key = $1 and created_at > $2")
                {
                    Parameters = { new() { Value = key }, new() { Value = StripeWork.RealTime - Kept } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(work.Call.Aborted);
        await reader.ReadAsync(work.Call.Aborted);
        if (!reader.GetBoolean(0))
        {
            var busy = StripeAnswer.Idempotency(409,
                $"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): {key}. Please try again later.",
                "idempotency_key_in_use");
            return new(409, busy.Body.ToJsonString(), "", Replayed: false);
        }
        await reader.NextResultAsync(work.Call.Aborted);
        if (!await reader.ReadAsync(work.Call.Aborted)) return null;
        if (reader.GetString(0) != path)
        {
            var elsewhere = StripeAnswer.Idempotency(400,
                $"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{reader.GetString(0)}' vs '{path}'). Try using a key other than '{key}' if you meant to execute a different request.");
            return new(400, elsewhere.Body.ToJsonString(), "", Replayed: false);
        }
        if (reader.GetString(1) != fingerprint)
        {
            var different = StripeAnswer.Idempotency(400,
                $"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.");
            return new(400, different.Body.ToJsonString(), "", Replayed: false);
        }
        return new(reader.GetInt32(2), reader.GetString(3), reader.GetString(4), Replayed: true);
    }

    public static void Keep(StripeWork work, string path, string fingerprint, int status, string body) => work.Afterwards(
        """
        insert into stripe_idempotency (key, path, fingerprint, request_id, status, body, created_at) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (key) do update set path = excluded.path, fingerprint = excluded.fingerprint, request_id = excluded.request_id,
            status = excluded.status, body = excluded.body, created_at = excluded.created_at
        """, work.Call.IdempotencyKey, path, fingerprint, work.Call.RequestId, status, body, StripeWork.RealTime);
}
