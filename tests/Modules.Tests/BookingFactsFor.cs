using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Modules.Tests;

/// <summary>Facts about a booking as bookings tells them: the worked price example (4 to 11 September 2026, total 1,031.01 EUR).</summary>
public static class BookingFactsFor
{
    public static readonly PlaceView Place = new("Rua da Bica 12", "1200-054", "Lisbon", null, "PT", 38.7103, -9.1466, false);

    public static BookingFacts Between(UserId guest, UserId host, string title = "Sunny flat in Bica")
    {
        var property = new PropertyId(Guid.CreateVersion7());
        var (checkIn, checkOut, party) = (new DateOnly(2026, 9, 4), new DateOnly(2026, 9, 11), new GuestParty(3, 0, 0, 1));
        var arrive = new DateTimeOffset(2026, 9, 4, 15, 0, 0, TimeSpan.FromHours(1));
        var quote = new Quote
        {
            PropertyId = property, HostId = host, CheckIn = checkIn, CheckOut = checkOut, Nights = 7, Guests = party, Currency = "EUR",
            NightPrices = [.. Enumerable.Range(0, 7).Select(i => new NightPrice(checkIn.AddDays(i), i is 0 or 1 ? 13000 : 10000, i is 0 or 1 ? "weekend" : "base"))],
            Lines =
            [
                new QuoteLine(QuoteLineKind.Nights, null, 7, null, 76000), new QuoteLine(QuoteLineKind.LengthDiscount, "weekly", null, null, -7600), new QuoteLine(QuoteLineKind.CleaningFee, null, null, null, 6000),
                new QuoteLine(QuoteLineKind.ExtraGuestFee, null, 7, 1500, 10500), new QuoteLine(QuoteLineKind.PetFee, null, null, null, 2500), new QuoteLine(QuoteLineKind.GuestFee, null, null, null, 12236),
                new QuoteLine(QuoteLineKind.Tax, "City tax", 21, 165, 3465),
            ],
            HostSubtotalMinor = 87400, GuestFeeMinor = 12236, GuestFeeVatMinor = 0, TaxMinor = 3465, TotalMinor = 103101, DepositMinor = 0, HostFeeMinor = 2622, PayoutMinor = 84778,
            Policy = CancellationPolicy.Firm,
            RefundTiers = [new RefundTier(arrive.AddDays(-30), 90865, 87400, 0, 3465, "full"), new RefundTier(arrive.AddDays(-7), 47165, 43700, 0, 3465, "half")],
            Grace = new RefundGrace(24, arrive.AddDays(-7)), CheckInAt = arrive, CheckOutAt = new DateTimeOffset(2026, 9, 11, 11, 0, 0, TimeSpan.FromHours(1)), TimeZone = "Europe/Lisbon", Hash = new string('a', 64),
        };
        return new BookingFacts(new BookingId(Guid.CreateVersion7()), "ES7K2M9Q", property, title, "Lisbon", guest, host, checkIn, checkOut, party, quote, null);
    }
}
