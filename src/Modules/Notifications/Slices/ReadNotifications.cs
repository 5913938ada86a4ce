using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>Somebody marks one of his messages as read, or all of them. Messages of others are as good as not there (notification_not_found).</summary>
public static class ReadNotifications
{
    public static void Map(RouteGroupBuilder own)
    {
        own.MapPut("/{id}/read", HandleOne).WithName("ReadNotification").Produces(204);
        own.MapPut("/read-all", HandleAll).WithName("ReadAllNotifications").Produces(204);
    }

    private static async Task<IResult> HandleOne(NotificationId id, Caller caller, NpgsqlDataSource source, TimeProvider clock, CancellationToken ct)
    {
        var read = await source.ExecuteAsync("update notifications set read_at = coalesce(read_at, $3) where id = $1 and user_id = $2 and in_app", [id.Value, caller.UserId.Value, clock.GetUtcNow().ToUniversalTime()], ct);
        return read == 0 ? NotificationRefusals.NotificationNotFound.ToProblem() : Results.NoContent();
    }

    private static async Task<IResult> HandleAll(Caller caller, NpgsqlDataSource source, TimeProvider clock, CancellationToken ct)
    {
        await source.ExecuteAsync("update notifications set read_at = $2 where user_id = $1 and in_app and read_at is null", [caller.UserId.Value, clock.GetUtcNow().ToUniversalTime()], ct);
        return Results.NoContent();
    }
}
