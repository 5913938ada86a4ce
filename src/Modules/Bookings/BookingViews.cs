using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;

namespace EstoSpaces.Bookings;

/// <summary>Bookings as guests and hosts see them.</summary>
public sealed class BookingViews(KnownPeople people)
{
    public async Task<BookingView> OfAsync(Booking booking, UserId viewer, CancellationToken ct) => Of(booking, viewer, await people.NamesAsync([booking.GuestId, booking.HostId], ct));

    public async Task<List<BookingView>> OfAsync(IReadOnlyList<Booking> bookings, UserId viewer, CancellationToken ct)
    {
        var names = await people.NamesAsync(bookings.SelectMany(b => new[] { b.GuestId, b.HostId }), ct);
        return [.. bookings.Select(b => Of(b, viewer, names))];
    }

    public static BookingView Of(Booking booking, UserId viewer, IReadOnlyDictionary<UserId, string> names) => new()
    {
        Id = booking.Id,
        Reference = booking.Reference,
        Status = booking.Status,
        PropertyId = booking.PropertyId,
        PropertyTitle = booking.Listing.Title,
        City = booking.Listing.City,
        CountryCode = booking.Listing.CountryCode,
        ImageUrl = booking.Listing.ImageUrl,
        GuestId = booking.GuestId,
        GuestName = names.GetValueOrDefault(booking.GuestId, "Guest"),
        HostId = booking.HostId,
        HostName = names.GetValueOrDefault(booking.HostId, "Host"),
        CheckIn = booking.CheckIn,
        CheckOut = booking.CheckOut,
        Guests = booking.Guests,
        Quote = booking.Quote,
        Total = new Money(booking.TotalMinor, booking.Currency),
        Payout = new Money(booking.Quote.PayoutMinor, booking.Currency),
        Message = booking.Message,
        ExpiresAt = booking.ExpiresAt,
        ConfirmedAt = booking.ConfirmedAt,
        CancelledAt = booking.CancelledAt,
        Refund = booking.RefundMinor is { } refund ? new Money(refund, booking.Currency) : null,
        // The address is for those who are certain to come, as long as they are.
        Place = viewer == booking.HostId || booking.Status is BookingStatus.Confirmed or BookingStatus.CheckedIn or BookingStatus.Completed or BookingStatus.Disputed ? booking.Listing.Place : null,
        CreatedAt = booking.CreatedAt,
        Version = booking.Version,
    };
}
