using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>An admin looks at what was sent to a member, by which channel, and what came of each attempt. What it said is not shown.</summary>
public static class ListDeliveries
{
    public sealed record Response(Guid Id, string Template, string Channel, string Recipient, string Status, int Attempts, string? Provider, string? ProviderId, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

    public static void Map(RouteGroupBuilder admin) => admin.MapGet("/deliveries", Handle).WithName("ListDeliveries").Produces<Page<Response>>();

    private static async Task<IResult> Handle(UserId? user_id, string? status, PageRequest page, NpgsqlDataSource source, CancellationToken ct)
    {
        if (status is not (null or "waiting" or "sent" or "failed")) return Refusal.Invalid("invalid_status", "status must be waiting, sent or failed.", "status").ToProblem();
        var after = page.TimeAndId();
        var rows = await source.QueryAsync("""
            select d.id, n.template, d.channel, d.recipient, d.status, d.attempts, d.provider, d.provider_id, d.last_error, d.created_at, d.sent_at
            from notification_deliveries d join notifications n on n.id = d.notification_id
            where ($1::uuid is null or n.user_id = $1) and ($2::text is null or d.status = $2) and ($3::timestamptz is null or (d.created_at, d.id) < ($3, $4::uuid))
            order by d.created_at desc, d.id desc limit $5
            """, [user_id?.Value, status, after?.At.ToUniversalTime(), after?.Id, page.Limit + 1],
            r => new Response(r.GetGuid(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetInt32(5), r.Text(6), r.Text(7), r.Text(8), r.GetFieldValue<DateTimeOffset>(9), r.Maybe<DateTimeOffset>(10)), ct);
        return Results.Ok(page.Cut(rows, r => (r.CreatedAt, r.Id)));
    }
}
