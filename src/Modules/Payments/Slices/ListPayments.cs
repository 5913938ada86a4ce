using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Slices;

/// <summary>A guest lists his payments, newest first, all or those of one booking. The host of a booking lists what was paid for it, without the guest's failures.</summary>
public static class ListPayments
{
    public static void Map(RouteGroupBuilder payments) => payments.MapGet("", HandleAsync).WithName("ListPayments").Produces<Page<PaymentView>>();

    private static async Task<IResult> HandleAsync(Caller caller, PageRequest page, PaymentsDb db, CancellationToken ct, BookingId? booking_id = null)
    {
        var (at, last) = page.TimeAndId() is { } after ? (after.At.ToUniversalTime(), after.Id) : (DateTimeOffset.MaxValue.ToUniversalTime(), Guid.Empty);
        var booking = booking_id?.Value;
        var rows = await db.Payments.FromSql($"""
            select * from payments where (guest_id = {caller.UserId.Value} or (host_id = {caller.UserId.Value} and {booking}::uuid is not null)) and (created_at, id) < ({at}, {last}) and ({booking}::uuid is null or booking_id = {booking})
            order by created_at desc, id desc limit {page.Limit + 1}
            """).AsNoTracking().ToListAsync(ct);
        var ids = rows.ConvertAll(r => r.Id);
        var refunds = (await db.Refunds.AsNoTracking().Where(r => ids.Contains(r.PaymentId)).OrderBy(r => r.CreatedAt).ToListAsync(ct)).ToLookup(r => r.PaymentId);
        var cut = page.Cut(rows, r => (r.CreatedAt, r.Id.Value));
        return TypedResults.Ok(new Page<PaymentView>([.. cut.Data.Select(p => p.GuestId == caller.UserId ? PaymentViews.View(p, refunds[p.Id]) with { FailureCode = p.FailureCode, FailureMessage = p.FailureMessage } : PaymentViews.View(p, refunds[p.Id]))], cut.NextCursor));
    }
}
