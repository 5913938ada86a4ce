using EstoSpaces.Bookings;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>The verbs of a booking, without a database: what they refuse beside the table, what they set, what they tell.</summary>
public sealed class BookingTests
{
    private static readonly DateTimeOffset At = SampleStay.BookedAt;

    [Fact]
    public void An_instant_booking_holds_its_nights_for_fifteen_minutes()
    {
        var (booking, step) = Booking.Place(new BookingOrder(UserId.New(), "  ", "k"), SampleStay.Frozen(), SampleStay.Terms, At).Value;
        booking.Status.ShouldBe(BookingStatus.PendingPayment);
        booking.ExpiresAt.ShouldBe(At.AddMinutes(15));
        booking.Message.ShouldBeNull();
        booking.Reference.ShouldMatch("^ES[2-9A-HJ-NP-Z]{6}$");
        step.Fact.ShouldBeOfType<BookingHeld>().ExpiresAt.ShouldBe(At.AddMinutes(15));
    }

    [Theory]
    [InlineData(-40, 24)]
    [InlineData(-10, 10)]
    public void A_host_answers_within_a_day_and_before_check_in(int hoursBeforeCheckIn, int hoursToAnswer)
    {
        var frozen = SampleStay.Frozen(instant: false);
        var now = frozen.Quote.CheckInAt.AddHours(hoursBeforeCheckIn);
        var (booking, step) = Booking.Place(new BookingOrder(UserId.New(), "Hello", null), frozen, SampleStay.Terms, now).Value;
        booking.Status.ShouldBe(BookingStatus.Requested);
        booking.ExpiresAt.ShouldBe(now.AddHours(hoursToAnswer));
        step.Fact.ShouldBeOfType<BookingRequested>().Message.ShouldBe("Hello");
    }

    [Fact]
    public void A_home_that_is_not_shown_or_ones_own_or_begun_is_refused()
    {
        var host = UserId.New();
        Placing(SampleStay.Frozen(status: ListingStatus.Unpublished), UserId.New(), At).ShouldBe("listing_not_bookable");
        Placing(SampleStay.Frozen(host: host), host, At).ShouldBe("own_listing");
        var request = SampleStay.Frozen(instant: false);
        Placing(request, UserId.New(), request.Quote.CheckInAt).ShouldBe("check_in_passed");

        static string? Placing(FrozenQuote frozen, UserId guest, DateTimeOffset now) => Booking.Place(new BookingOrder(guest, null, null), frozen, SampleStay.Terms, now).Refusal?.Code;
    }

    [Fact]
    public void An_accepted_guest_has_a_day_to_pay_but_not_past_check_in()
    {
        var booking = SampleStay.Placed(instant: false);
        booking.Accept(booking.HostId, SampleStay.Terms, At.AddHours(1)).Value.Fact.ShouldBeOfType<BookingHeld>().ExpiresAt.ShouldBe(At.AddHours(25));

        var late = SampleStay.Frozen(instant: false);
        var soon = Booking.Place(new BookingOrder(UserId.New(), null, null), late, SampleStay.Terms, late.Quote.CheckInAt.AddHours(-3)).Value.Booking;
        soon.Accept(soon.HostId, SampleStay.Terms, late.Quote.CheckInAt.AddHours(-2)).Refused.ShouldBeFalse();
        soon.ExpiresAt.ShouldBe(late.Quote.CheckInAt);
    }

    [Fact]
    public void An_answer_after_its_time_is_refused_even_before_the_timer_fires()
    {
        var booking = SampleStay.Placed(instant: false);
        booking.Accept(booking.HostId, SampleStay.Terms, At.AddHours(24)).Refusal!.Code.ShouldBe("request_lapsed");
    }

    [Fact]
    public void A_hold_does_not_lapse_while_there_is_time() => SampleStay.Placed().Lapse(At.AddMinutes(14)).Refused.ShouldBeTrue();

    [Fact]
    public void A_payment_of_another_amount_or_currency_is_refused()
    {
        var booking = SampleStay.Placed();
        booking.Confirm(PaymentId.New(), new Money(booking.TotalMinor - 1, "EUR"), At).Refusal!.Code.ShouldBe("amount_mismatch");
        booking.Confirm(PaymentId.New(), new Money(booking.TotalMinor, "USD"), At).Refusal!.Code.ShouldBe("amount_mismatch");
        booking.Confirm(PaymentId.New(), new Money(booking.TotalMinor, "EUR"), At).Refused.ShouldBeFalse();
        booking.Confirm(PaymentId.New(), new Money(booking.TotalMinor, "EUR"), At).Refusal!.Code.ShouldBe("already_paid");
    }

    [Fact]
    public void A_payment_that_came_before_the_timer_wins_over_the_end_of_the_hold()
    {
        var booking = SampleStay.Placed();
        booking.Confirm(PaymentId.New(), SampleStay.Due(booking), At.AddMinutes(16)).Refused.ShouldBeFalse();
        booking.Lapse(At.AddMinutes(17)).Refused.ShouldBeTrue();
        booking.Status.ShouldBe(BookingStatus.Confirmed);
    }

    [Fact]
    public void A_late_payment_revives_a_hold_until_its_first_night_is_over_and_never_a_request()
    {
        var lapsed = SampleStay.In(BookingStatus.Expired)!;
        lapsed.Confirm(PaymentId.New(), SampleStay.Due(lapsed), At.AddDays(1)).Refused.ShouldBeFalse();

        var gone = SampleStay.In(BookingStatus.Expired)!;
        gone.Confirm(PaymentId.New(), SampleStay.Due(gone), gone.CheckInAt.AddDays(1)).Refusal!.Code.ShouldBe("booking_over");

        var request = SampleStay.Placed(instant: false);
        request.Lapse(At.AddHours(24)).Refused.ShouldBeFalse();
        request.Confirm(PaymentId.New(), SampleStay.Due(request), At.AddDays(1)).Refusal!.Code.ShouldBe("booking_over");
    }

    [Fact]
    public void A_hold_waits_once_for_a_payment_on_its_way_and_never_gets_shorter()
    {
        var booking = SampleStay.Placed();
        booking.AwaitPayment(SampleStay.Terms, At.AddMinutes(14)).Value.ShouldBe(At.AddMinutes(44));
        booking.AwaitPayment(SampleStay.Terms, At.AddMinutes(40)).Value.ShouldBe(At.AddMinutes(44));
        booking.Lapse(At.AddMinutes(43)).Refused.ShouldBeTrue();
        booking.Lapse(At.AddMinutes(44)).Refused.ShouldBeFalse();
        booking.AwaitPayment(SampleStay.Terms, At.AddMinutes(45)).Refusal!.Code.ShouldBe("booking_status");

        var accepted = SampleStay.Placed(instant: false);
        accepted.Accept(accepted.HostId, SampleStay.Terms, At).Refused.ShouldBeFalse();
        accepted.AwaitPayment(SampleStay.Terms, At.AddMinutes(1)).Value.ShouldBe(At.AddHours(24));
    }

    [Fact]
    public void A_deposit_confirms_at_its_own_time_and_grace_counts_from_there()
    {
        var booking = SampleStay.Placed(policy: CancellationPolicy.Strict);
        var (paid, heard) = (At.AddMinutes(10), At.AddMinutes(25));
        var told = booking.Confirm(PaymentId.New(), SampleStay.Due(booking), heard, paid).Value;
        (told.At, told.Fact.ShouldBeOfType<BookingConfirmed>().ConfirmedAt, booking.ConfirmedAt).ShouldBe((heard, paid, paid));
        booking.PreviewCancellation(booking.GuestId, paid.AddHours(24)).Value.Reason.ShouldBe("grace");
        booking.PreviewCancellation(booking.GuestId, paid.AddHours(24).AddSeconds(1)).Value.Reason.ShouldNotBe("grace");
    }

    [Fact]
    public void A_guest_who_cancels_at_the_contract_has_cancelled_then_with_what_it_gave_him()
    {
        foreach (var hours in (int[])[1, 25, 24 * 35, 24 * 42])
        {
            var (booking, here) = (SampleStay.Placed(), SampleStay.Placed());
            var payment = PaymentId.New();
            booking.Confirm(payment, SampleStay.Due(booking), At).Refused.ShouldBeFalse();
            here.Confirm(PaymentId.New(), SampleStay.Due(here), At).Refused.ShouldBeFalse();
            var expected = here.Cancel(here.GuestId, null, At.AddHours(hours)).Value.Fact.ShouldBeOfType<BookingCancelled>();

            booking.CancelFromWallet(PaymentId.New(), At.AddHours(hours), expected.RefundMinor).Refusal!.Code.ShouldBe("booking_status");
            booking.RefundAt(At.AddHours(hours)).ShouldBe(expected.RefundMinor);
            var told = booking.CancelFromWallet(payment, At.AddHours(hours), expected.RefundMinor).Value.Fact.ShouldBeOfType<BookingCancelled>();
            (told.CancelledBy, told.RefundMinor, told.Breakdown, told.CancelledAt).ShouldBe(("guest", expected.RefundMinor, expected.Breakdown, At.AddHours(hours)));
            booking.CancelFromWallet(payment, At.AddHours(hours), expected.RefundMinor).Refused.ShouldBeTrue();
        }
    }

    [Fact]
    public void A_ruling_completes_a_stay_that_is_over_and_ends_any_other()
    {
        var over = SampleStay.In(BookingStatus.Disputed)!;
        over.EndDispute(PaymentId.New(), over.CheckOutAt, 10_00).Refused.ShouldBeTrue();
        over.EndDispute(over.PaymentId!.Value, over.CheckOutAt, 10_00).Value.Fact.ShouldBeOfType<DisputeEnded>();
        (over.Status, over.RefundMinor, over.CompletedAt).ShouldBe((BookingStatus.Completed, 10_00, over.CheckOutAt));

        var early = SampleStay.In(BookingStatus.Disputed)!;
        var told = early.EndDispute(early.PaymentId!.Value, At.AddDays(1), 10_00).Value.Fact.ShouldBeOfType<BookingCancelled>();
        (early.Status, told.CancelledBy, told.RefundMinor, told.HostFeeMinor).ShouldBe((BookingStatus.CancelledByGuest, "ruling", 10_00, 0));
    }

    [Fact]
    public void Cancelling_gives_back_what_the_preview_showed()
    {
        foreach (var policy in Enum.GetValues<CancellationPolicy>())
            foreach (var hours in (int[])[1, 25, 24 * 20, 24 * 30, 24 * 35, 24 * 38, 24 * 39, 24 * 42])
            {
                var booking = SampleStay.Placed(policy: policy);
                booking.Confirm(PaymentId.New(), SampleStay.Due(booking), At).Refused.ShouldBeFalse();
                var now = At.AddHours(hours);
                var seen = booking.PreviewCancellation(booking.GuestId, now).Value;
                var told = booking.Cancel(booking.GuestId, null, now).Value.Fact.ShouldBeOfType<BookingCancelled>();
                told.RefundMinor.ShouldBe(seen.Refund.AmountMinor);
                told.Breakdown.ShouldBe(seen.Breakdown);
                (told.Breakdown.HostSubtotalMinor + told.Breakdown.GuestFeeMinor + told.Breakdown.TaxMinor).ShouldBe(told.RefundMinor);
                (seen.HostKeeps.AmountMinor + told.Breakdown.HostSubtotalMinor).ShouldBe(booking.Quote.HostSubtotalMinor);
                booking.RefundMinor.ShouldBe(told.RefundMinor);
            }
    }

    [Fact]
    public void A_host_who_cancels_gives_everything_back_and_owes_a_fee()
    {
        var booking = SampleStay.In(BookingStatus.Confirmed)!;
        booking.PreviewCancellation(booking.HostId, At).Value.HostFeeMinor.ShouldBe(50_00);
        var told = booking.Cancel(booking.HostId, "A pipe burst", At).Value.Fact.ShouldBeOfType<BookingCancelled>();
        (told.CancelledBy, told.RefundMinor, told.HostFeeMinor, told.BeforeCheckIn).ShouldBe(("host", booking.TotalMinor, 50_00, true));
    }

    [Fact]
    public void Cancelling_before_paying_costs_and_gives_nothing()
    {
        var booking = SampleStay.Placed();
        booking.PreviewCancellation(booking.GuestId, At).Value.Reason.ShouldBe("nothing_paid");
        var told = booking.Cancel(booking.GuestId, null, At).Value.Fact.ShouldBeOfType<BookingCancelled>();
        (told.PaymentId, told.RefundMinor, told.HostFeeMinor).ShouldBe((null, 0, 0));
    }

    [Fact]
    public void Nights_begin_at_check_in_time_of_their_day()
    {
        var booking = SampleStay.In(BookingStatus.Confirmed)!;
        booking.NightsBegun(booking.CheckInAt).ShouldBe(0);
        booking.NightsBegun(booking.CheckInAt.AddMinutes(1)).ShouldBe(1);
        booking.NightsBegun(booking.CheckInAt.AddDays(2)).ShouldBe(2);
        booking.NightsBegun(booking.CheckInAt.AddDays(30)).ShouldBe(4);
    }

    [Fact]
    public void The_payout_waits_for_the_time_to_dispute()
    {
        var booking = SampleStay.In(BookingStatus.CheckedIn)!;
        booking.Complete(SampleStay.Terms, booking.CheckOutAt.AddHours(1)).Refused.ShouldBeTrue();
        booking.Complete(SampleStay.Terms, booking.CheckOutAt.AddHours(2)).Value.Fact.ShouldBeOfType<StayCompleted>().PayoutAt.ShouldBe(booking.CheckOutAt.AddHours(48));
    }

    [Fact]
    public void A_message_can_be_rewritten_until_the_stay_is_certain()
    {
        var booking = SampleStay.Placed(instant: false);
        booking.ChangeMessage(" Two bikes, please ").Refused.ShouldBeFalse();
        booking.Message.ShouldBe("Two bikes, please");
        SampleStay.In(BookingStatus.Confirmed)!.ChangeMessage("x").Refusal!.Code.ShouldBe("message_closed");
    }
}
