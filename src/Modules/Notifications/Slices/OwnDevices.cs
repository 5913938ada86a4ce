using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>Somebody's application registers for push, or takes it back. A token belongs to whoever used the device last.</summary>
public static class OwnDevices
{
    public sealed record Request(string? Token, string? Platform) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Token, "token");
            yield return Checks.That(Token!.Length is >= 8 and <= 4096 && Token.All(c => c is > ' ' and <= '~'), "invalid_device_token", "This is not a device's token.", "token");
            yield return Checks.That(Platform is null or "ios" or "android" or "web", "invalid_platform", "platform must be ios, android or web.", "platform");
        }
    }

    public static void Map(RouteGroupBuilder own)
    {
        own.MapPost("/devices", Register).WithName("RegisterDevice").Produces(204);
        own.MapDelete("/devices/{token}", Remove).WithName("RemoveDevice").Produces(204);
    }

    private static async Task<IResult> Register(Request request, Caller caller, NpgsqlDataSource source, CancellationToken ct)
    {
        await source.ExecuteAsync("insert into push_devices (token, user_id, platform, created_at) values ($1, $2, $3, now()) on conflict (token) do update set user_id = excluded.user_id, platform = excluded.platform",
            [request.Token, caller.UserId.Value, request.Platform ?? "web"], ct);
        return Results.NoContent();
    }

    private static async Task<IResult> Remove(string token, Caller caller, NpgsqlDataSource source, CancellationToken ct)
    {
        await source.ExecuteAsync("delete from push_devices where token = $1 and user_id = $2", [token.Replace("\0", ""), caller.UserId.Value], ct);
        return Results.NoContent();
    }
}
