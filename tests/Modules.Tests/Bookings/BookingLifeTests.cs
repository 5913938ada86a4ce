using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>What happens to a booking after it was made, through HTTP: requests and answers, payment, cancelling, history.</summary>
public sealed class BookingLifeTests(WithProduct with) : IClassFixture<WithProduct>
{
    private TestProduct Product => with.Product;

    [Fact]
    public async Task Requests_wait_side_by_side_and_accepting_one_declines_the_others()
    {
        var home = await Product.NewHomeAsync(rules: Stays.OnRequest());
        var guests = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Product.NewGuestAsync()));
        var checkIn = Product.In(30);
        var (first, rival, neighbour) = (await guests[0].BookedAsync(home, checkIn, 4), await guests[1].BookedAsync(home, checkIn.AddDays(2), 4), await guests[2].BookedAsync(home, checkIn.AddDays(6), 2));
        first.Status.ShouldBe(BookingStatus.Requested);
        (await Product.Api.CalendarAsync(home, checkIn)).Taken.ShouldBeEmpty("a request takes no nights");

        await guests[0].Api.PostAsync(Path(first, "accept"), new { }).ShouldRefuseAsync(403, "host_answers");
        var accepted = await home.Host.Api.PostAsync(Path(first, "accept"), new { }, "accept-1").ReadAsync<BookingView>();
        (await home.Host.Api.PostAsync(Path(first, "accept"), new { }, "accept-1").ReadAsync<BookingView>()).Version.ShouldBe(accepted.Version);
        accepted.Status.ShouldBe(BookingStatus.PendingPayment);
        (await guests[1].SeenAsync(rival.Id)).Status.ShouldBe(BookingStatus.Declined);
        (await guests[2].SeenAsync(neighbour.Id)).Status.ShouldBe(BookingStatus.Requested, "its nights begin when the accepted ones end");
        (await Product.ToldAsync<BookingDeclined>(rival.Id)).ShouldHaveSingleItem();
        await home.Host.Api.PostAsync(Path(rival, "accept"), new { }).ShouldRefuseAsync(409, "booking_status");
        await home.Host.Api.PostAsync(Path(first, "accept"), new { }).ShouldRefuseAsync(409, "booking_status");

        // Whoever asks for these nights now waits in vain, if the host doesn't decline.
        var vain = await guests[3].BookedAsync(home, checkIn, 4);
        await home.Host.Api.PostAsync(Path(vain, "accept"), new { }).ShouldRefuseAsync(409, "booking_dates_taken");

        await Product.PaidAsync(await guests[0].SeenAsync(first.Id));
        (await guests[0].SeenAsync(first.Id)).Status.ShouldBe(BookingStatus.Confirmed);
    }

    [Fact]
    public async Task A_host_declines_with_a_reason()
    {
        var (home, guest) = (await Product.NewHomeAsync(rules: Stays.OnRequest()), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        await guest.Api.PostAsync(Path(booking, "decline"), new { }).ShouldRefuseAsync(403, "host_answers");
        await home.Host.Api.PostAsync(Path(booking, "decline"), new { reason = new string('x', 501) }).ShouldRefuseAsync(400, "field_length", "reason");
        await home.Host.Api.PostAsync(Path(booking, "cancel"), new { }).ShouldRefuseAsync(409, "booking_status");
        (await home.Host.Api.PostAsync(Path(booking, "decline"), new { reason = "The roof is being mended." }).ReadAsync<BookingView>()).Status.ShouldBe(BookingStatus.Declined);
        (await Product.ToldAsync<BookingDeclined>(booking.Id)).ShouldHaveSingleItem().Reason.ShouldBe("The roof is being mended.");
    }

    [Fact]
    public async Task A_payment_confirms_once_and_every_other_payment_goes_back()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        var wrong = Product.PaymentFor(booking, amountMinor: booking.Total.AmountMinor + 1);
        await Product.TellBookingsAsync(wrong);
        (await guest.SeenAsync(booking.Id)).Status.ShouldBe(BookingStatus.PendingPayment);

        var (paid, eventId) = (Product.PaymentFor(booking), Guid.CreateVersion7());
        await Product.TellBookingsAsync(paid, eventId);
        await Product.TellBookingsAsync(paid, eventId);
        await Product.TellBookingsAsync(paid);
        var second = Product.PaymentFor(booking);
        await Product.TellBookingsAsync(second);

        var seen = await guest.SeenAsync(booking.Id);
        seen.Status.ShouldBe(BookingStatus.Confirmed);
        seen.Place!.Street.ShouldBe("Rua do Salitre 12");
        (await Product.ToldAsync<BookingConfirmed>(booking.Id)).ShouldHaveSingleItem().PaymentId.ShouldBe(paid.PaymentId);
        (await Product.ToldAsync<LatePaymentRefused>(booking.Id)).Select(r => (r.PaymentId, r.Reason)).ShouldBe([(wrong.PaymentId, "amount_mismatch"), (second.PaymentId, "already_paid")]);
        (await Product.ToldAsync<NightsTaken>(home.Id)).Select(n => n.Reason).ShouldBe(["hold", "stay"]);
        (await Product.ToldAsync<NightsTaken>(home.Id)).DistinctBy(n => n.EntryId).Count().ShouldBe(1);

        var history = await guest.Api.GetAsync(Path(booking, "history")).ReadAsync<Page<BookingHistoryEntry>>();
        history.Data.Select(h => (h.From, h.To, h.Actor)).ShouldBe([(null, BookingStatus.PendingPayment, "guest"), (BookingStatus.PendingPayment, BookingStatus.Confirmed, "payment")]);
    }

    [Fact]
    public async Task A_payment_for_a_booking_that_is_unknown_or_was_cancelled_goes_back()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        await guest.Api.DeleteAsync(Path(booking)).ShouldBeAsync(200);
        var (late, lost) = (Product.PaymentFor(booking), Product.PaymentFor(booking) with { BookingId = BookingId.New() });
        await Product.TellBookingsAsync(late);
        await Product.TellBookingsAsync(lost);
        (await Product.ToldAsync<LatePaymentRefused>(booking.Id)).ShouldHaveSingleItem().Reason.ShouldBe("booking_over");
        (await Product.ToldAsync<LatePaymentRefused>(lost.BookingId)).ShouldHaveSingleItem().Reason.ShouldBe("booking_not_found");
    }

    [Fact]
    public async Task A_guest_cancels_and_gets_what_was_shown_and_the_nights_are_free()
    {
        var (home, guest, other) = (await Product.NewHomeAsync(), await Product.NewGuestAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        var payment = await Product.PaidAsync(booking);
        var preview = await guest.Api.GetAsync(Path(booking, "cancellation")).ReadAsync<CancellationPreview>();
        (preview.Refund, preview.Reason, preview.HostFeeMinor).ShouldBe((booking.Total, "grace", null));

        var cancelled = await guest.Api.PostAsync(Path(booking, "cancel"), new { reason = "Ill" }, "cancel-1").ReadAsync<BookingView>();
        (await guest.Api.PostAsync(Path(booking, "cancel"), new { reason = "Ill" }, "cancel-1").ReadAsync<BookingView>()).ShouldBeEquivalentTo(cancelled);
        (cancelled.Status, cancelled.Refund, cancelled.Place).ShouldBe((BookingStatus.CancelledByGuest, booking.Total, null));
        var told = (await Product.ToldAsync<BookingCancelled>(booking.Id)).ShouldHaveSingleItem();
        (told.CancelledBy, told.PaymentId, told.RefundMinor, told.BeforeCheckIn).ShouldBe(("guest", payment, booking.Total.AmountMinor, true));
        (await Product.ToldAsync<NightsFreed>(home.Id)).ShouldHaveSingleItem();
        await guest.Api.PostAsync(Path(booking, "cancel"), new { }).ShouldRefuseAsync(409, "booking_status");
        await guest.Api.GetAsync(Path(booking, "cancellation")).ShouldRefuseAsync(409, "booking_status");
        await other.BookedAsync(home, booking.CheckIn);
    }

    [Fact]
    public async Task A_host_who_cancels_pays_a_fee_and_cannot_sell_the_nights_until_he_opens_them()
    {
        var (home, guest, other) = (await Product.NewHomeAsync(), await Product.NewGuestAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(20));
        await Product.PaidAsync(booking);
        (await home.Host.Api.GetAsync(Path(booking, "cancellation")).ReadAsync<CancellationPreview>()).HostFeeMinor.ShouldBe(85_00, "25 % of 340.00");
        (await home.Host.Api.DeleteAsync(Path(booking)).ReadAsync<BookingView>()).Status.ShouldBe(BookingStatus.CancelledByHost);
        var told = (await Product.ToldAsync<BookingCancelled>(booking.Id)).ShouldHaveSingleItem();
        (told.CancelledBy, told.RefundMinor, told.HostFeeMinor).ShouldBe(("host", booking.Total.AmountMinor, 85_00));

        await other.BookAsync(home, booking.CheckIn).ShouldRefuseAsync(409, "booking_dates_taken");
        var kept = (await home.Host.Api.CalendarAsync(home, booking.CheckIn)).Taken.ShouldHaveSingleItem();
        (kept.Reason, kept.BookingId).ShouldBe(("block", null));
        kept.Note!.ShouldContain(booking.Reference);
        await home.Host.Api.PutAsync(home.Calendar, new { unblock = new[] { new { start = booking.CheckIn, end = booking.CheckOut } } }).ShouldBeAsync(200);
        await other.BookedAsync(home, booking.CheckIn);
    }

    [Fact]
    public async Task A_message_is_rewritten_by_its_guest_while_the_booking_waits()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        await home.Host.Api.PutAsync(Path(booking), new { message = "x" }).ShouldRefuseAsync(403, "guest_writes");
        await guest.Api.PutAsync(Path(booking), new { message = new string('x', 2001) }).ShouldRefuseAsync(400, "field_length", "message");
        var changed = await guest.Api.SendJsonAsync(HttpMethod.Put, Path(booking), new { message = "A cot, please." }, ifMatch: $"\"{booking.Version}\"").ReadAsync<BookingView>();
        changed.Message.ShouldBe("A cot, please.");
        await guest.Api.SendJsonAsync(HttpMethod.Put, Path(booking), new { message = "Two cots." }, ifMatch: $"\"{booking.Version}\"").ShouldRefuseAsync(412, "edited_meanwhile");
        await Product.PaidAsync(booking);
        await guest.Api.PutAsync(Path(booking), new { message = "Late." }).ShouldRefuseAsync(409, "message_closed");
    }

    [Fact]
    public async Task Cancelling_and_paying_at_once_never_both_win()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        for (var i = 0; i < 8; i++)
        {
            var booking = await guest.BookedAsync(home, Product.In(30 + 4 * i));
            var paid = Product.PaymentFor(booking);
            var cancel = guest.Api.PostAsync(Path(booking, "cancel"), new { });
            await Task.WhenAll(cancel, Product.TellBookingsAsync(paid));
            (await cancel).Dispose();
            var seen = await guest.SeenAsync(booking.Id);
            seen.Status.ShouldBe(BookingStatus.CancelledByGuest, "either order ends cancelled");
            var refused = await Product.ToldAsync<LatePaymentRefused>(booking.Id);
            var told = (await Product.ToldAsync<BookingCancelled>(booking.Id)).ShouldHaveSingleItem();
            // Paid first: cancelled with everything back. Cancelled first: the payment goes back. Never both, never neither.
            (told.PaymentId is not null).ShouldBe(refused.Count == 0);
            if (told.PaymentId is not null) told.RefundMinor.ShouldBe(booking.Total.AmountMinor);
        }
    }

    [Fact]
    public async Task Payments_may_ask_what_is_due_and_nobody_else()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        using var inside = Product.ServiceClientOf("bookings");
        var due = await inside.GetAsync($"/internal/bookings/{booking.Id}/due").ReadAsync<BookingDue>();
        (due.Status, due.Quote.TotalMinor, due.GuestId, due.ExpiresAt).ShouldBe((BookingStatus.PendingPayment, booking.Total.AmountMinor, guest.Id, booking.ExpiresAt));
        await inside.GetAsync($"/internal/bookings/{BookingId.New()}/due").ShouldRefuseAsync(404, "booking_not_found");
        using var past = Product.ClientOf("bookings");
        past.DefaultRequestHeaders.Authorization = guest.Api.DefaultRequestHeaders.Authorization;
        ((int)(await past.GetAsync($"/internal/bookings/{booking.Id}/due")).StatusCode).ShouldBeInRange(401, 403);
    }

    [Fact]
    public async Task A_certain_stay_goes_into_ones_own_calendar()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        await guest.Api.GetAsync(Path(booking, "calendar.ics")).ShouldRefuseAsync(409, "booking_not_confirmed");
        await Product.PaidAsync(booking);
        using var response = await guest.Api.GetAsync(Path(booking, "calendar.ics"));
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/calendar");
        var file = await response.Content.ReadAsStringAsync();
        file.ShouldContain($"UID:{booking.Id}@estospaces.example\r\n");
        file.ShouldContain($"DTSTART;VALUE=DATE:{booking.CheckIn:yyyyMMdd}\r\nDTEND;VALUE=DATE:{booking.CheckOut:yyyyMMdd}\r\n");
        file.ShouldContain("LOCATION:Rua do Salitre 12\\, 1250-198\\, Lisbon\r\n");
    }

    private static string Path(BookingView booking, string? verb = null) => $"/api/v1/bookings/{booking.Id}{(verb is null ? "" : "/" + verb)}";
}
