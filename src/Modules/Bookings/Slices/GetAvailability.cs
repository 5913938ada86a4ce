using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Kernel.Pricing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Bookings.Slices;

/// <summary>Anybody sees which nights of a shown listing can't be booked; its host also sees why. From and to default to the coming year at the listing.</summary>
public static class GetAvailability
{
    private const int MostDays = 800;

    public static void Map(RouteGroupBuilder availability) => availability.MapGet("/{propertyId:guid}", HandleAsync).WithName("GetAvailability").Produces<AvailabilityView>();

    private static async Task<IResult> HandleAsync(Guid propertyId, DateOnly? from, DateOnly? to, Caller? caller, KnownListings listings, NpgsqlDataSource source, TimeProvider clock, CancellationToken ct)
    {
        var found = await listings.FindAsync(PropertyId.From(propertyId), ct);
        if (found.Refused) return found.Refusal.ToProblem();
        var listing = found.Value;
        var isTheirs = caller is not null && (caller.UserId == listing.HostId || caller.IsAdmin);
        if (listing.Status != ListingStatus.Published && !isTheirs) return BookingRefusals.PropertyNotFound.ToProblem();

        var first = from ?? ListingTime.Today(ListingTime.Zone(listing.TimeZone), clock.GetUtcNow());
        var last = to ?? first.AddDays(365);
        if (last <= first || last.DayNumber - first.DayNumber > MostDays) return Refusal.Invalid("dates_range", $"to must be after from, by {MostDays} days at most.", "to").ToProblem();
        return Results.Ok(await ReadAsync(source, listing.Id, new DateRange(first, last), isTheirs, ct));
    }

    internal static async Task<AvailabilityView> ReadAsync(NpgsqlDataSource source, PropertyId property, DateRange dates, bool isTheirs, CancellationToken ct)
    {
        var taken = await source.QueryAsync("select stay, reason, booking_id, note from availability_calendar where property_id = $1 and stay && $2 order by stay", [property.Value, CalendarEntry.Range(dates)],
            reader =>
            {
                var stay = reader.GetFieldValue<NpgsqlRange<DateOnly>>(0);
                return new TakenNights(stay.LowerBound, stay.UpperBound, reader.GetString(1), reader.Maybe<Guid>(2) is { } booking ? BookingId.From(booking) : null, reader.Text(3));
            }, ct);
        return new AvailabilityView(property, dates.CheckIn, dates.CheckOut, isTheirs ? taken : ForStrangers(taken, dates));
    }

    /// <summary>No reasons, no ids, and neighbouring stays as one: who comes and goes when is nobody's business.</summary>
    private static List<TakenNights> ForStrangers(List<TakenNights> taken, DateRange dates)
    {
        var merged = new List<TakenNights>();
        foreach (var nights in taken)
        {
            var (start, end) = (nights.Start < dates.CheckIn ? dates.CheckIn : nights.Start, nights.End > dates.CheckOut ? dates.CheckOut : nights.End);
            if (merged is [.., var last] && last.End == start) merged[^1] = last with { End = end };
            else merged.Add(new TakenNights(start, end, "unavailable", null, null));
        }
        return merged;
    }
}
