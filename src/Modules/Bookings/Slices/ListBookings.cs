using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>
/// A person's bookings, newest first: as guest (the default) or as host; admins also all of them. Filters: status (several with commas), property_id, and from/to for stays that touch those dates.
/// </summary>
public static class ListBookings
{
    public static void Map(RouteGroupBuilder bookings) => bookings.MapGet("", HandleAsync).WithName("ListBookings").Produces<Page<BookingView>>();

    private static async Task<IResult> HandleAsync(string? role, string? status, Guid? property_id, DateOnly? from, DateOnly? to, PageRequest page, Caller caller, BookingsDb db, BookingViews views, CancellationToken ct)
    {
        if (role is not (null or "guest" or "host" or "all")) return Refusal.Invalid("role_unknown", "role is guest, host or all.", "role").ToProblem();
        if (role == "all" && !caller.IsAdmin) return BookingRefusals.AdminsOnly.ToProblem();
        var statuses = status?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (statuses?.FirstOrDefault(s => !Wire.TryName<BookingStatus>(s, out _)) is { } unknown)
            return Refusal.Invalid("status_unknown", $"There is no status {unknown}.", "status").ToProblem();

        var me = caller.UserId.Value;
        Guid? guest = role is null or "guest" ? me : null, host = role == "host" ? me : null;
        var after = page.TimeAndId();
        var rows = await db.Bookings.FromSql($"""
            select * from bookings
            where ({guest}::uuid is null or guest_id = {guest}) and ({host}::uuid is null or host_id = {host})
              and ({statuses}::text[] is null or status = any({statuses})) and ({property_id}::uuid is null or property_id = {property_id})
              and ({from}::date is null or check_out > {from}) and ({to}::date is null or check_in < {to})
              and ({after?.At}::timestamptz is null or (created_at, id) < ({after?.At}, {after?.Id}))
            order by created_at desc, id desc limit {page.Limit + 1}
            """).AsNoTracking().ToListAsync(ct);
        var cut = page.Cut(rows, b => (b.CreatedAt, b.Id.Value));
        return Results.Ok(new Page<BookingView>(await views.OfAsync(cut.Data, caller.UserId, ct), cut.NextCursor));
    }
}
