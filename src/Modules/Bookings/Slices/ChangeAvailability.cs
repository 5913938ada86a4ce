using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Bookings.Slices;

/// <summary>A host closes nights of a home to guests, or opens closed ones again; opening comes first. Refused when guests have some of the nights, and for everybody but the host.</summary>
public static class ChangeAvailability
{
    private const int MostDays = 800, MostStretches = 100;

    public sealed record Nights(DateOnly? Start, DateOnly? End, string? Note)
    {
        internal DateRange Range => new(Start!.Value, End!.Value);

        internal IEnumerable<Refusal?> Check(string list) =>
        [
            Checks.Required(Start, $"{list}.start"), Checks.Required(End, $"{list}.end"), Checks.Length(Note, $"{list}.note", 0, 500),
            Checks.That(Start is null || End is null || End > Start && End.Value.DayNumber - Start.Value.DayNumber <= MostDays, "dates_range", $"end must be after start, by {MostDays} days at most.", $"{list}.end"),
        ];
    }

    public sealed record Request(IReadOnlyList<Nights>? Block, IReadOnlyList<Nights>? Unblock) : IChecked
    {
        public IEnumerable<Refusal?> Check() =>
        [
            Checks.That((Block?.Count ?? 0) + (Unblock?.Count ?? 0) is > 0 and <= MostStretches, "stretches_count", $"Name 1 to {MostStretches} stretches of nights to block or unblock.", "block"),
            .. (Block ?? []).SelectMany(n => n.Check("block")), .. (Unblock ?? []).SelectMany(n => n.Check("unblock")),
        ];
    }

    public static void Map(RouteGroupBuilder availability) =>
        availability.MapPut("/{propertyId:guid}", HandleAsync).WithName("ChangeAvailability").RequireAuthorization(Policies.User).Produces<AvailabilityView>();

    private static async Task<IResult> HandleAsync(Guid propertyId, Request request, Caller caller, KnownListings listings, BookingsDb db, Outbox outbox, NpgsqlDataSource source, TimeProvider clock, CancellationToken ct)
    {
        var property = PropertyId.From(propertyId);
        var found = await listings.FindAsync(property, ct);
        if (found.Refused) return found.Refusal.ToProblem();
        if (found.Value.HostId != caller.UserId) return BookingRefusals.NotYourListing.ToProblem();

        var (block, unblock, now) = (request.Block ?? [], request.Unblock ?? [], clock.GetUtcNow().ToUniversalTime());
        var touched = block.Concat(unblock).ToList();
        var dates = new DateRange(touched.Min(n => n.Start!.Value), touched.Max(n => n.End!.Value));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.TakeTurnAsync(property, ct);
        var range = CalendarEntry.Range(dates);
        var before = await db.Calendar.Where(e => e.PropertyId == property && e.Stay.Overlaps(range)).OrderBy(e => e.Stay).ToListAsync(ct);

        var (closed, others) = (before.Where(e => e.Reason == TakenReason.Block).ToList(), before.Where(e => e.Reason != TakenReason.Block).ToList());
        if (block.Any(b => others.Any(o => o.Nights.Overlaps(b.Range)))) return BookingRefusals.NightsSold.ToProblem();
        foreach (var nights in unblock) Open(nights.Range);
        foreach (var nights in block) Close(nights);
        // EF Core deletes and updates before it inserts: new rows find free what shortened ones gave up.
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.Ok(await GetAvailability.ReadAsync(source, property, dates, true, ct));

        void Open(DateRange nights)
        {
            foreach (var entry in closed.Where(e => e.Nights.Overlaps(nights)).ToList())
            {
                var was = entry.Nights;
                List<DateRange> left = [.. new[] { new DateRange(was.CheckIn, nights.CheckIn), new DateRange(nights.CheckOut, was.CheckOut) }.Where(r => r.Nights > 0)];
                if (left.Count == 0)
                {
                    db.Calendar.Remove(entry);
                    closed.Remove(entry);
                    outbox.Add(entry.Freed);
                    continue;
                }
                entry.Cut(left[0]);
                outbox.Add(entry.Taken);
                if (left.Count == 2) Add(left[1], entry.Note);
            }
        }

        void Close(Nights wanted)
        {
            var start = wanted.Range.CheckIn;
            foreach (var entry in closed.Where(e => e.Nights.Overlaps(wanted.Range)).OrderBy(e => e.Nights.CheckIn).ToList())
            {
                if (entry.Nights.CheckIn > start) Add(new DateRange(start, entry.Nights.CheckIn), wanted.Note);
                if (entry.Nights.CheckOut > start) start = entry.Nights.CheckOut;
            }
            if (start < wanted.Range.CheckOut) Add(wanted.Range with { CheckIn = start }, wanted.Note);
        }

        void Add(DateRange nights, string? note)
        {
            var entry = CalendarEntry.Block(property, nights, string.IsNullOrWhiteSpace(note) ? null : note.Trim(), now);
            db.Calendar.Add(entry);
            closed.Add(entry);
            outbox.Add(entry.Taken);
        }
    }
}
