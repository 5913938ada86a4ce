using EstoSpaces.Bookings;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>Random histories of one home on the real database: whatever is booked, paid, cancelled and asked for again, in whatever order and at once, no night is sold twice and the calendar is what the bookings say.</summary>
public sealed class CalendarProperties(WithProduct with) : IClassFixture<WithProduct>
{
    /// <summary>A move of a history: book nights, or pay, cancel or lapse the booking of an earlier move.</summary>
    private sealed record Move(char Kind, int Start, int Nights, int Which);

    [Fact]
    public void Random_histories_never_sell_a_night_twice()
    {
        var move = from kind in Gen.Elements('b', 'b', 'b', 'p', 'p', 'c', 'l')
                   from start in Gen.Choose(0, 13)
                   from nights in Gen.Choose(1, 5)
                   from which in Gen.Choose(0, 9)
                   select new Move(kind, start, nights, which);
        Prop.ForAll(move.ListOf().Resize(14).ToArbitrary(), moves => RunAsync([.. moves])).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    private async Task RunAsync(List<Move> moves)
    {
        var (bookings, property, host) = (with.Product.Inside<NewBookings>("bookings"), PropertyId.New(), UserId.New());
        var made = new List<Booking>();
        foreach (var round in moves.Chunk(3))
        {
            // Three moves at once: they may not overlap on the calendar in any order.
            await Task.WhenAll(round.Select(async move =>
            {
                if (move.Kind == 'b')
                {
                    var frozen = SampleStay.Frozen(nights: move.Nights, checkIn: SampleStay.CheckIn.AddDays(move.Start), property: property, host: host);
                    var (booking, step) = Booking.Place(new BookingOrder(UserId.New(), null, null), frozen, SampleStay.Terms, with.Product.Now).Value;
                    if (!(await bookings.SaveAsync(booking, step, CancellationToken.None)).DatesTaken)
                        lock (made) made.Add(booking);
                    return;
                }
                Booking? one;
                lock (made) one = made.Count == 0 ? null : made[move.Which % made.Count];
                if (one is not null) await MoveAsync(one, move.Kind);
            }));
        }
        await ShouldAgreeAsync(property);
    }

    /// <summary>A payment for a lapsed hold may find its nights sold. The reaction looks first; here nobody does, and the database has the last word.</summary>
    private async Task MoveAsync(Booking one, char kind)
    {
        try
        {
            await BookingRoom.TakeAsync(with.Product, one.Id, (booking, now) => kind switch
            {
                'p' => booking.Confirm(PaymentId.New(), SampleStay.Due(booking), now),
                'c' => booking.Cancel(booking.GuestId, null, now),
                _ => booking.Lapse(now.AddHours(1)),
            });
        }
        catch (DbUpdateException e) when (kind == 'p' && e.InnerException is PostgresException { ConstraintName: "calendar_no_night_twice" })
        {
        }
    }

    /// <summary>Every booking that has nights stands in the calendar with just those, and none that hasn't; no two rows share a night.</summary>
    private async Task ShouldAgreeAsync(PropertyId property)
    {
        (await with.Product.CountAsync("""
            select count(*) from availability_calendar a join availability_calendar b on a.property_id = b.property_id and a.id < b.id and a.stay && b.stay where a.property_id = $1
            """, property.Value)).ShouldBe(0, "a night was sold twice");
        (await with.Product.CountAsync("""
            select count(*) from bookings b full join availability_calendar c on c.booking_id = b.id
            where coalesce(b.property_id, c.property_id) = $1
              and (b.status in ('pending_payment', 'confirmed', 'checked_in')) is distinct from (c.stay = daterange(b.check_in, b.check_out) and c.reason = case b.status when 'pending_payment' then 'hold' else 'stay' end)
              and not (b.status not in ('pending_payment', 'confirmed', 'checked_in') and c.id is null)
            """, property.Value)).ShouldBe(0, "the calendar and the bookings disagree");
    }
}
