using System.Text.RegularExpressions;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Notifications;

public sealed partial class MailTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private async Task<Person> NewAsync(string name, string language)
    {
        var email = $"mail-{Guid.NewGuid():n}@example.com";
        var session = await product.Api.PostAsync("/api/v1/auth/register", new { email, password = "correct horse battery", name, language }).ReadAsync<SessionView>(201);
        await Until.HoldsAsync(async () => (await product.Inside<NpgsqlDataSource>("notifications").QueryAsync("select 1 from contacts where user_id = $1 and name is not null", [session.User.Id.Value], r => r.GetInt32(0), default)).Count, n => n == 1, "the contact is known");
        return new Person(session.User.Id, email, "correct horse battery", product.SignedIn(session.AccessToken), session);
    }

    private Task TellAsync(Contracts.Events.IEvent fact, Guid? id = null) => Facts.TellAsync(product, "notifications", fact, id);

    [Fact]
    public async Task Who_registers_is_welcomed_and_asked_to_prove_the_address_by_a_link_that_works()
    {
        var person = await NewAsync("Ada", "en");
        var verify = await product.MailAsync(person.Email, "verify_email");
        verify.Subject().ShouldBe("Confirm your e-mail address");
        verify.Header("List-Unsubscribe").ShouldBeNull();
        var token = Uri.UnescapeDataString(TokenIn().Match(verify.Text()).Groups[1].Value);
        await product.Api.PostAsync("/api/v1/auth/verify-email", new { token }).ShouldBeAsync(200);

        var welcome = await product.MailAsync(person.Email, "welcome");
        welcome.Text().ShouldContain("Hello Ada,");
        welcome.Header("List-Unsubscribe-Post").ShouldBe("List-Unsubscribe=One-Click");
        welcome.Html().ShouldContain("""<html lang="en" dir="ltr">""");
        welcome.Html().ShouldContain("prefers-color-scheme: dark");
    }

    [Fact]
    public async Task Mail_is_written_in_the_receivers_language()
    {
        var person = await NewAsync("Zoë", "fr-CA");
        (await product.MailAsync(person.Email, "welcome")).Subject().ShouldBe("Bienvenue chez EstoSpaces");
        (await product.MailAsync(person.Email, "verify_email")).Text().ShouldContain("Bonjour Zoë,");
        await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email }).ShouldBeAsync(202);
        var reset = await product.MailAsync(person.Email, "password_reset");
        reset.Subject().ShouldBe("Choisissez un nouveau mot de passe");
        var token = Uri.UnescapeDataString(TokenIn().Match(reset.Text()).Groups[1].Value);
        await product.Api.PostAsync("/api/v1/auth/reset-password", new { token, password = "a new password" }).ShouldBeAsync(204);
        (await product.MailAsync(person.Email, "password_changed")).Html().ShouldContain("Votre mot de passe a été modifié");
        var kept = await Until.HoldsAsync(() => product.Inside<NpgsqlDataSource>("notifications").QueryAsync(
            "select count(*) filter (where content is not null) from notification_deliveries where recipient = $1 and secret", [person.Email], r => r.GetInt64(0), default), rows => rows[0] == 0, "secrets are forgotten");
        kept[0].ShouldBe(0);
    }

    [Fact]
    public async Task A_confirmed_stay_is_written_to_both_sides_with_price_refunds_and_calendar_entry()
    {
        var (guest, host) = (await NewAsync("Gwen", "en"), await NewAsync("Hugo", "fr"));
        var booking = BookingFactsFor.Between(guest.Id, host.Id);
        await TellAsync(new BookingConfirmed(booking, new PaymentId(Guid.CreateVersion7()), product.Now, BookingFactsFor.Place));

        var toGuest = await product.MailAsync(guest.Email, "booking_confirmed_guest");
        toGuest.Subject().ShouldBe("Your stay in Lisbon is confirmed");
        foreach (var words in new[] { "Sunny flat in Bica", "Friday 4 September 2026", "from 15:00", "Rua da Bica 12", "ES7K2M9Q", "€1,031.01", "7 nights", "Weekly discount", "−€76.00", "City tax (21 × €1.65)", "no refund", $"/trips/{booking.BookingId}" })
            toGuest.Text().ShouldContain(words);
        toGuest.Html().ShouldContain("€1,031.01");
        var calendar = await product.FileAsync(toGuest);
        calendar.ShouldContain($"UID:booking-{booking.BookingId}@estospaces");
        calendar.ShouldContain("DTSTART:20260904T140000Z\r\n");
        calendar.Split("\r\n").ShouldAllBe(l => System.Text.Encoding.UTF8.GetByteCount(l) <= 75);

        var toHost = await product.MailAsync(host.Email, "booking_confirmed_host");
        toHost.Subject().ShouldBe("Gwen a réservé Sunny flat in Bica");
        toHost.Text().ShouldContain($"/host/bookings/{booking.BookingId}");
        Spaceless(toHost.Text()).ShouldContain("847,78€");
    }

    [Fact]
    public async Task A_fact_that_comes_twice_is_one_mail()
    {
        var (guest, host) = (await NewAsync("Gwen", "en"), await NewAsync("Hugo", "en"));
        var confirmed = new BookingConfirmed(BookingFactsFor.Between(guest.Id, host.Id), new PaymentId(Guid.CreateVersion7()), product.Now, BookingFactsFor.Place);
        var id = Guid.CreateVersion7();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => TellAsync(confirmed, id)));
        await TellAsync(confirmed);
        await product.MailAsync(guest.Email, "booking_confirmed_guest");
        await TellAsync(new StayCompleted(confirmed.Booking, product.Now, product.Now.AddDays(2)));
        await product.MailAsync(guest.Email, "stay_completed");
        (await product.MailsAsync(guest.Email)).Count(m => Mailbox.Is(m, "booking_confirmed_guest")).ShouldBe(1);
    }

    [Fact]
    public async Task Names_and_messages_of_people_are_escaped()
    {
        var (guest, host) = (await NewAsync("<script>alert(1)</script>", "en"), await NewAsync("Hugo", "en"));
        var booking = BookingFactsFor.Between(guest.Id, host.Id, "Flat \"<img src=x onerror=alert(2)>\" & more");
        await TellAsync(new BookingRequested(booking, "Hi <b>there</b>\n</table><script>x</script>", product.Now.AddHours(20)));
        var html = (await product.MailAsync(host.Email, "booking_requested")).Html();
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img src=x");
        html.ShouldNotContain("<b>there");
        html.ShouldContain("&lt;b&gt;there&lt;/b&gt;<br>");
        html.ShouldContain("&lt;script&gt;");
    }

    [Fact]
    public async Task Money_is_written_about_receipt_refund_and_decline()
    {
        var (guest, host) = (await NewAsync("Gwen", "en"), await NewAsync("Hugo", "en"));
        var booking = BookingFactsFor.Between(guest.Id, host.Id);
        var (payment, total) = (new PaymentId(Guid.CreateVersion7()), new Money(103101, "EUR"));
        await TellAsync(new BookingHeld(booking, product.Now.AddMinutes(15)));
        for (var i = 0; i < 3; i++) await TellAsync(new PaymentFailed(payment, booking.BookingId, guest.Id, "card_declined", "Your card was declined."));
        await TellAsync(new InvoiceIssued(new InvoiceView(new InvoiceId(Guid.CreateVersion7()), "ES-2026-000001", "invoice", booking.BookingId, payment, booking.Reference, booking.PropertyTitle, booking.CheckIn, booking.CheckOut,
            booking.Quote.Lines, total, product.Now), guest.Id));
        await TellAsync(new RefundSucceeded(new RefundId(Guid.CreateVersion7()), payment, booking.BookingId, guest.Id, new Money(47165, "EUR"), "cancelled"));

        var receipt = await product.MailAsync(guest.Email, "payment_received");
        foreach (var words in new[] { "ES-2026-000001", "Extra guests (7 × €15.00): €105.00", "Service fee: €122.36", "Total: €1,031.01" }) receipt.Text().ShouldContain(words);
        (await product.MailAsync(guest.Email, "refund_issued")).Subject().ShouldBe("Your refund of €471.65 is on its way");
        (await product.MailAsync(guest.Email, "payment_failed")).Text().ShouldContain("the payment for Sunny flat in Bica through");
        (await product.MailsAsync(guest.Email)).Count(m => Mailbox.Is(m, "payment_failed")).ShouldBe(1);
    }

    [Fact]
    public async Task A_cancellation_tells_both_sides_and_takes_the_calendar_entry_away()
    {
        var (guest, host) = (await NewAsync("Gwen", "en"), await NewAsync("Hugo", "en"));
        var booking = BookingFactsFor.Between(guest.Id, host.Id);
        await TellAsync(new BookingCancelled(booking, "guest", new PaymentId(Guid.CreateVersion7()), 47165, new RefundBreakdown(43700, 0, 3465), 0, product.Now, true));
        var toGuest = await product.MailAsync(guest.Email, "booking_cancelled_guest");
        toGuest.Text().ShouldContain("€471.65 goes back the way you paid");
        toGuest.Text().ShouldContain("Taxes: €34.65");
        (await product.FileAsync(toGuest)).ShouldContain("METHOD:CANCEL");
        (await product.MailAsync(host.Email, "booking_cancelled_host")).Text().ShouldContain("€437.00");
    }

    [Theory]
    [InlineData("booking_declined")]
    [InlineData("booking_expired")]
    public async Task An_end_before_payment_is_told_to_the_guest(string template)
    {
        var (guest, host) = (await NewAsync("Gwen", "fr"), await NewAsync("Hugo", "en"));
        var booking = BookingFactsFor.Between(guest.Id, host.Id);
        await TellAsync(template == "booking_expired" ? new BookingExpired(booking) : new BookingDeclined(booking, "Désolé"));
        (await product.MailAsync(guest.Email, template)).Text().ShouldContain("Rien n’a été débité");
    }

    [Fact]
    public async Task Old_news_is_not_mailed_and_an_erased_person_is_not_written_to()
    {
        var (guest, host) = (await NewAsync("Gwen", "en"), await NewAsync("Hugo", "en"));
        var booking = BookingFactsFor.Between(guest.Id, host.Id);
        await TellAsync(new BookingConfirmed(booking, new PaymentId(Guid.CreateVersion7()), product.Now.AddDays(-30), BookingFactsFor.Place));
        await TellAsync(new BookingCancelled(booking, "host", new PaymentId(Guid.CreateVersion7()), 103101, new RefundBreakdown(87400, 12236, 3465), 5000, product.Now, true));
        await product.MailAsync(guest.Email, "booking_cancelled_guest");
        (await product.MailsAsync(guest.Email)).ShouldNotContain(m => Mailbox.Is(m, "booking_confirmed_guest"));
        await guest.Api.DeleteAsync($"/api/v1/users/{guest.Id}").ShouldBeAsync(204);
        await Until.HoldsAsync(async () => (await product.Inside<NpgsqlDataSource>("notifications").QueryAsync("select 1 from contacts where user_id = $1 union all select 1 from notifications where user_id = $1", [guest.Id.Value], r => r.GetInt32(0), default)).Count, n => n == 0, "the person is forgotten");
    }

    private static string Spaceless(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    [GeneratedRegex(@"token=([\w\-%]+)")]
    private static partial Regex TokenIn();
}
