using System.Buffers.Binary;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>Another service asks how to reach or name people. Somebody who registered a moment ago is waited for: the event that tells of him is on its way.</summary>
public static class TellContacts
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private const int Most = 500;

    public static void Map(RouteGroupBuilder services)
    {
        services.MapGet("/users/{id}/contact", GetContact);
        services.MapGet("/users/public", GetPublic);
    }

    private static async Task<IResult> GetContact(UserId id, UsersDb db, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (true)
        {
            var profile = await db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == id, ct);
            if (profile is { ErasedAt: null }) return Results.Ok(profile.Contact());
            var now = TimeProvider.System.GetUtcNow();
            if (profile is not null || now > deadline || !IsFresh(id, now)) return UserRefusals.UserNotFound.ToProblem();
            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
    }

    private static async Task<IResult> GetPublic(string? ids, UsersDb db, CancellationToken ct)
    {
        var asked = new List<UserId>();
        foreach (var text in (ids ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!UserId.TryParse(text, out var id)) return Refusal.Invalid("invalid_id", "ids must be ids with commas between them.", "ids").ToProblem();
            asked.Add(id);
        }
        if (asked.Count > Most) return Refusal.Invalid("field_range", "Ask for 500 people at most.", "ids").ToProblem();
        var profiles = await db.Profiles.AsNoTracking().Where(p => asked.Contains(p.UserId)).ToListAsync(ct);
        return Results.Ok(profiles.Select(p => p.Public()));
    }

    /// <summary>A UUIDv7 begins with its time of birth, in milliseconds.</summary>
    private static bool IsFresh(UserId id, DateTimeOffset now)
    {
        var bytes = id.Value.ToByteArray(bigEndian: true);
        var born = ((long)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(4));
        return Math.Abs(now.ToUnixTimeMilliseconds() - born) < Fresh.TotalMilliseconds;
    }
}
