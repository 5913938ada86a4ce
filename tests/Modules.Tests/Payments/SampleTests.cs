using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Modules.Tests.Pricing;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

public sealed class SampleTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private SampleBooking Sample(Person guest, Person host, int checkInDaysFromNow, BookingStatus status)
    {
        var checkIn = DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(checkInDaysFromNow);
        var listing = WorkedExample.Listing() with { HostId = host.Id };
        var confirmed = product.Now.AddDays(checkInDaysFromNow - 200);
        var quote = QuoteCalculator.Quote(listing, WorkedExample.Fees, new DateRange(checkIn, checkIn.AddDays(3)), WorkedExample.Guests, DateOnly.FromDateTime(confirmed.UtcDateTime));
        return new SampleBooking(BookingId.New(), PaymentId.New(), "ES" + Guid.NewGuid().ToString("n")[..6].ToUpperInvariant(), listing.Id, "Sample home", "Lisboa", "PT", guest.Id, "Guest", host.Id, "Host", quote, status,
            confirmed.AddMinutes(-5), confirmed, null, new PlaceView(null, null, "Lisboa", null, "PT", 38.7, -9.1, true));
    }

    [Fact]
    public async Task Sample_bookings_bring_payment_ledger_invoice_and_payout_and_can_be_repeated()
    {
        var (guest, host) = (await product.NewGuestAsync(), await product.NewHostAsync());
        var batch = new SampleBatch
        {
            Bookings = [Sample(guest, host, -300, BookingStatus.Completed), Sample(guest, host, -4, BookingStatus.Completed), Sample(guest, host, -1, BookingStatus.CheckedIn), Sample(guest, host, 30, BookingStatus.Confirmed)],
        };
        using var service = product.ServiceClientOf("payments");
        (await service.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(4);
        (await service.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(0);

        var payments = (await guest.Api.GetAsync("/api/v1/payments?limit=3").ReadAsync<Page<PaymentView>>());
        payments.Data.Count.ShouldBe(3);
        (await guest.Api.GetAsync($"/api/v1/payments?limit=3&cursor={payments.NextCursor}").ReadAsync<Page<PaymentView>>()).Data.Count.ShouldBe(1);
        payments.Data.ShouldAllBe(p => p.Status == PaymentStatus.Succeeded && p.Provider == "sample");
        (await guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Page<InvoiceView>>()).Data.Count.ShouldBe(4);
        var payouts = (await host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data").EnumerateArray().ToDictionary(p => p.GetProperty("booking_id").GetGuid(), p => p.GetProperty("status").GetString());
        batch.Bookings.Select(b => payouts[b.Id.Value]).ShouldBe(["paid", "pending", "pending", "pending"]);
        (await host.Api.GetAsync("/api/v1/payouts?status=paid").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(1);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_payment_of_the_sample_data_can_be_refunded()
    {
        var (guest, host) = (await product.NewGuestAsync(), await product.NewHostAsync());
        var sample = Sample(guest, host, 30, BookingStatus.Confirmed);
        using var service = product.ServiceClientOf("payments");
        await service.PostAsync("/internal/seed", new SampleBatch { Bookings = [sample] }).ShouldBeAsync(200);
        await (await product.NewAdminAsync()).Api.PostAsync($"/api/v1/payments/{sample.PaymentId}/refund", new { reason = "sample" }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => guest.Api.GetAsync($"/api/v1/payments/{sample.PaymentId}").ReadAsync<PaymentView>(), p => p.Status == PaymentStatus.Refunded, "the refund has gone");
        await product.LedgerAgreesAsync();
    }
}
