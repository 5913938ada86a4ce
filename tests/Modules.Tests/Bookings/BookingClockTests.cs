using EstoSpaces.Bookings.Timers;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>What the clock does to bookings: holds and requests lapse, check-ins open, stays complete, refunds shrink. Each test has a product of its own time.</summary>
public sealed class BookingClockTests(WithOwnClock with) : IClassFixture<WithOwnClock>
{
    private TestProduct Product => with.Product;

    [Fact]
    public async Task An_unpaid_hold_lapses_and_a_late_payment_confirms_only_if_the_nights_are_free()
    {
        var home = await Product.NewHomeAsync();
        var (first, second) = (await Product.NewGuestAsync(), await Product.NewGuestAsync());
        var (revived, lost) = (await first.BookedAsync(home, Product.In(30)), await first.BookedAsync(home, Product.In(40)));
        Move(TimeSpan.FromMinutes(14));
        await second.BookAsync(home, lost.CheckIn).ShouldRefuseAsync(409, "booking_dates_taken");
        Move(TimeSpan.FromMinutes(1.1));
        await ComesTo(first, revived, BookingStatus.Expired);
        await ComesTo(first, lost, BookingStatus.Expired);
        (await Product.ToldAsync<BookingExpired>(lost.Id)).Count.ShouldBe(1);
        var winner = await second.BookedAsync(home, lost.CheckIn);
        await Product.PaidAsync(winner);

        var paid = await Product.PaidAsync(revived);
        (await first.SeenAsync(revived.Id)).Status.ShouldBe(BookingStatus.Confirmed);
        (await Product.ToldAsync<BookingConfirmed>(revived.Id)).ShouldHaveSingleItem().PaymentId.ShouldBe(paid);
        var late = await Product.PaidAsync(lost);
        var refused = (await Product.ToldAsync<LatePaymentRefused>(lost.Id)).ShouldHaveSingleItem();
        (refused.PaymentId, refused.Reason).ShouldBe((late, "booking_dates_taken"));
        (await first.SeenAsync(lost.Id)).Status.ShouldBe(BookingStatus.Expired);
    }

    [Fact]
    public async Task A_request_that_nobody_answers_lapses_after_a_day()
    {
        var (home, guest) = (await Product.NewHomeAsync(rules: Stays.OnRequest()), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(30));
        Move(TimeSpan.FromHours(24.1));
        await ComesTo(guest, booking, BookingStatus.Expired);
        await home.Host.Api.PostAsync($"/api/v1/bookings/{booking.Id}/accept", new { }).ShouldRefuseAsync(409, "booking_status");
        await Product.PaidAsync(booking);
        (await Product.ToldAsync<LatePaymentRefused>(booking.Id)).ShouldHaveSingleItem().Reason.ShouldBe("booking_over");
    }

    [Fact]
    public async Task A_stay_opens_at_check_in_time_and_completes_two_hours_after_check_out()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(10), 2);
        await Product.PaidAsync(booking);
        MoveTo(booking.Quote.CheckInAt.AddMinutes(1));
        await ComesTo(guest, booking, BookingStatus.CheckedIn);
        MoveTo(booking.Quote.CheckOutAt.AddHours(2).AddMinutes(1));
        await ComesTo(guest, booking, BookingStatus.Completed);
        (await Product.ToldAsync<StayCompleted>(booking.Id)).ShouldHaveSingleItem().PayoutAt.ShouldBe(booking.Quote.CheckOutAt.AddHours(48));
        await guest.Api.DeleteAsync($"/api/v1/bookings/{booking.Id}").ShouldRefuseAsync(409, "booking_status");
        (await guest.Api.GetAsync($"/api/v1/bookings/{booking.Id}/history").ReadAsync<Page<BookingHistoryEntry>>()).Data.Select(h => h.To)
            .ShouldBe([BookingStatus.PendingPayment, BookingStatus.Confirmed, BookingStatus.CheckedIn, BookingStatus.Completed]);
    }

    [Fact]
    public async Task A_clock_that_jumps_over_a_whole_stay_completes_it()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(5), 2);
        await Product.PaidAsync(booking);
        MoveTo(booking.Quote.CheckOutAt.AddDays(3));
        await ComesTo(guest, booking, BookingStatus.Completed);
    }

    [Fact]
    public async Task Leaving_early_frees_the_nights_that_have_not_begun()
    {
        var (home, guest, next) = (await Product.NewHomeAsync(), await Product.NewGuestAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(3), 5);
        await Product.PaidAsync(booking);
        MoveTo(booking.Quote.CheckInAt.AddHours(25));
        await ComesTo(guest, booking, BookingStatus.CheckedIn);
        // Flexible: two nights have begun, one more is kept, and the cleaning.
        var preview = await guest.Api.GetAsync($"/api/v1/bookings/{booking.Id}/cancellation").ReadAsync<CancellationPreview>();
        preview.Refund.ShouldBe(new Money(200_00, "EUR"));
        (await guest.Api.DeleteAsync($"/api/v1/bookings/{booking.Id}").ReadAsync<BookingView>()).Refund.ShouldBe(preview.Refund);
        (await Product.ToldAsync<BookingCancelled>(booking.Id)).ShouldHaveSingleItem().BeforeCheckIn.ShouldBeFalse();
        (await home.Host.Api.CalendarAsync(home, booking.CheckIn)).Taken.Select(t => (t.Start, t.End, t.Reason)).ShouldBe([(booking.CheckIn, booking.CheckIn.AddDays(2), "stay")]);
        (await next.BookedAsync(home, booking.CheckIn.AddDays(2), 3)).Status.ShouldBe(BookingStatus.PendingPayment);
    }

    [Fact]
    public async Task Cancelling_at_the_moment_of_check_in_and_the_timer_of_it_do_not_wait_for_each_other_in_a_circle()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(10));
        await Product.PaidAsync(booking);
        Task<HttpResponseMessage> cancelling;
        await using (await TurnOfAsync(home))
        {
            cancelling = guest.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { });
            await Until.HoldsAsync(() => WaitingForTurnAsync(TimeSpan.Zero), waiting => waiting == 1, "the guest waits for the turn of the home");
            MoveTo(booking.Quote.CheckInAt.AddMinutes(1));
            // Postgres looks for a circle once, a second after a wait began: so whoever waited longer is not the one that it breaks off.
            await Until.HoldsAsync(() => WaitingForTurnAsync(TimeSpan.FromSeconds(1.5)), waiting => waiting == 2, "the timer waits behind the guest");
        }
        (await cancelling.ReadAsync<BookingView>()).Status.ShouldBe(BookingStatus.CancelledByGuest);
        await Until.HoldsAsync(() => WaitingForTurnAsync(TimeSpan.Zero), waiting => waiting == 0, "the timer had its turn");
        (await Product.ToldAsync<GuestCheckedIn>(booking.Id)).ShouldBeEmpty();
        (await TimersAsync(booking)).ShouldBe(0);
    }

    [Fact]
    public async Task A_timer_that_is_set_again_while_its_door_is_open_fires_at_the_new_time_only()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(10));
        await Product.PaidAsync(booking);
        var later = booking.Quote.CheckInAt.AddHours(1);
        await using (await TurnOfAsync(home))
        {
            MoveTo(booking.Quote.CheckInAt.AddMinutes(1));
            await Until.HoldsAsync(() => WaitingForTurnAsync(TimeSpan.Zero), waiting => waiting == 1, "the timer waits for the turn of the home");
            await using var scope = Product.Inside<IServiceScopeFactory>("bookings").CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<Outbox>().SetTimerAsync<OpenCheckIns>(booking.Id.ToString(), later, CancellationToken.None);
        }
        await Until.HoldsAsync(async () => await TimersAsync(booking, "leased_until is null"), timers => timers == 1, "the timer is put back");
        (await guest.SeenAsync(booking.Id)).Status.ShouldBe(BookingStatus.Confirmed);
        MoveTo(later.AddMinutes(1));
        await ComesTo(guest, booking, BookingStatus.CheckedIn);
        (await Product.ToldAsync<GuestCheckedIn>(booking.Id)).Count.ShouldBe(1);
    }

    /// <summary>Keeps everybody else from changing the home's bookings until it is disposed.</summary>
    private async Task<NpgsqlConnection> TurnOfAsync(Home home)
    {
        var connection = await Product.Inside<NpgsqlDataSource>("bookings").OpenConnectionAsync();
        await connection.BeginTransactionAsync();
        await using var take = connection.Sql("select turn_of($1)", home.Id.Value);
        await take.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>How many have waited for the turn of some home for longer than this.</summary>
    private Task<long> WaitingForTurnAsync(TimeSpan longer) => Product.CountAsync(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database()) and clock_timestamp() - coalesce(waitstart, clock_timestamp()) >= $1", longer);

    private Task<long> TimersAsync(BookingView booking, string which = "true") =>
        Product.CountAsync($"select count(*) from outbox where kind = 'timer' and published_at is null and subject = $1 and {which}", booking.Id.ToString());

    private void Move(TimeSpan by) => Product.Clock.SetOffset(Product.Clock.Offset + by);

    private void MoveTo(DateTimeOffset time) => Move(time - Product.Now);

    private static Task ComesTo(Person guest, BookingView booking, BookingStatus status) =>
        Until.HoldsAsync(async () => (await guest.SeenAsync(booking.Id)).Status, s => s == status, $"booking {booking.Reference} becomes {status}");
}
