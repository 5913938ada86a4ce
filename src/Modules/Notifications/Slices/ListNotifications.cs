using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Notifications;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>Somebody reads his messages, newest first, with the number of unread ones. ?unread=true leaves out the others.</summary>
public static class ListNotifications
{
    public sealed record Response(IReadOnlyList<NotificationView> Data, string? NextCursor, long UnreadCount);

    public static void Map(RouteGroupBuilder own) => own.MapGet("", Handle).WithName("ListNotifications").Produces<Response>();

    private static async Task<IResult> Handle(bool? unread, Caller caller, PageRequest page, NpgsqlDataSource source, CancellationToken ct)
    {
        var after = page.TimeAndId();
        var rows = await source.QueryAsync("""
            select id, template, title, body, link, created_at, read_at from notifications
            where user_id = $1 and in_app and (not $2 or read_at is null) and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
            order by created_at desc, id desc limit $5
            """, [caller.UserId.Value, unread == true, after?.At.ToUniversalTime(), after?.Id, page.Limit + 1],
            r => new NotificationView(new NotificationId(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.GetString(3), r.Text(4), r.GetFieldValue<DateTimeOffset>(5), r.Maybe<DateTimeOffset>(6)), ct);
        var waiting = await source.QueryAsync("select count(*) from notifications where user_id = $1 and in_app and read_at is null", [caller.UserId.Value], r => r.GetInt64(0), ct);
        var cut = page.Cut(rows, r => (r.CreatedAt, r.Id.Value));
        return Results.Ok(new Response(cut.Data, cut.NextCursor, waiting[0]));
    }
}
