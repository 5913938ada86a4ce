using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace EstoSpaces.Kernel.Idempotency;

/// <summary>Marks an endpoint whose POST may carry an Idempotency-Key.</summary>
public sealed class IdempotentAttribute : Attribute;

/// <summary>
/// <c>Idempotency-Key</c> (IETF draft httpapi-idempotency-key-header): the first answer is kept and given again to the same caller with the same request; another request under the key
/// is refused, and so is one while the first still runs. Answers of 5xx are not kept. Keys live for 24 hours.
/// </summary>
public sealed class IdempotencyMiddleware(RequestDelegate next, NpgsqlDataSource source)
{
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(60);

    public async Task InvokeAsync(HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length == 0 || http.GetEndpoint()?.Metadata.GetMetadata<IdempotentAttribute>() is null) { await next(http); return; }
        if (key.Length > 255) { await Problems.WriteAsync(http, Refusal.Invalid("idempotency_key_invalid", "Idempotency-Key may have 255 characters at most.", "Idempotency-Key")); return; }

        var caller = Caller.From(http)?.UserId.ToString() ?? "anonymous";
        var hash = await HashAsync(http.Request, http.RequestAborted);
        switch (await BeginAsync(caller, key, hash, http.RequestAborted))
        {
            case { Reused: true }:
                await Problems.WriteAsync(http, Refusal.Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request.", "Idempotency-Key"));
                return;
            case { Running: true }:
                await Problems.WriteAsync(http, Refusal.Conflict("idempotency_key_in_use", "The first request with this Idempotency-Key is still running.", "Idempotency-Key"));
                return;
            case { Status: { } status } first:
                http.Response.StatusCode = status;
                http.Response.Headers["Idempotent-Replayed"] = "true";
                if (first.Location is not null) http.Response.Headers.Location = first.Location;
                http.Response.ContentType = first.ContentType;
                await http.Response.Body.WriteAsync(first.Body, http.RequestAborted);
                return;
        }
        await RunAsync(http, caller, key);
    }

    private async Task RunAsync(HttpContext http, string caller, string key)
    {
        var answer = http.Response.Body;
        using var copy = new MemoryStream();
        http.Response.Body = copy;
        try
        {
            await next(http);
            if (http.Response.StatusCode < 500) await KeepAsync(http.Response, caller, key, copy.ToArray());
            else await ForgetAsync(caller, key);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Not handled, only cleaned up: the same key may try again.
            await ForgetAsync(caller, key);
            throw;
        }
        finally { http.Response.Body = answer; }
        copy.Position = 0;
        await copy.CopyToAsync(answer, http.RequestAborted);
    }

    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken ct)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[8192];
        for (int n; (n = await request.Body.ReadAsync(buffer, ct)) > 0;) hash.AppendData(buffer, 0, n);
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private sealed record First(bool Reused, bool Running, int? Status, string? ContentType, string? Location, byte[] Body);

    private async Task<First?> BeginAsync(string caller, string key, byte[] hash, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using (var claim = new NpgsqlCommand("""
            insert into idempotency_keys as k (caller, key, request_hash, locked_until) values ($1, $2, $3, now() + $4)
            on conflict (caller, key) do update set request_hash = excluded.request_hash, locked_until = excluded.locked_until, status = null, body = null, created_at = now()
            where k.created_at < now() - interval '24 hours' or (k.status is null and k.locked_until < now() and k.request_hash = excluded.request_hash)
            """, connection) { Parameters = { new() { Value = caller }, new() { Value = key }, new() { Value = hash }, new() { Value = Lock } } })
            if (await claim.ExecuteNonQueryAsync(ct) == 1) return null;

        await using var read = new NpgsqlCommand("select request_hash, status, content_type, location, body from idempotency_keys where caller = $1 and key = $2", connection)
        { Parameters = { new() { Value = caller }, new() { Value = key } } };
        await using var reader = await read.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return new First(false, true, null, null, null, []);
        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(hash)) return new First(true, false, null, null, null, []);
        if (reader.IsDBNull(1)) return new First(false, true, null, null, null, []);
        return new First(false, false, reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<byte[]>(4));
    }

    private Task<int> KeepAsync(HttpResponse response, string caller, string key, byte[] body) => source.ExecuteAsync(
        "update idempotency_keys set status = $3, content_type = $4, location = $5, body = $6 where caller = $1 and key = $2",
        [caller, key, response.StatusCode, response.ContentType, response.Headers.Location is [{ } location] ? location : null, body], CancellationToken.None);

    private Task<int> ForgetAsync(string caller, string key) =>
        source.ExecuteAsync("delete from idempotency_keys where caller = $1 and key = $2 and status is null", [caller, key], CancellationToken.None);
}

public static class IdempotencyExtensions
{
    /// <summary>Lets clients repeat this POST safely with an Idempotency-Key.</summary>
    public static TBuilder Idempotent<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(new IdempotentAttribute()));
        return builder;
    }
}
