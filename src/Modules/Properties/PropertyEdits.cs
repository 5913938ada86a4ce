using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Properties;

/// <summary>
/// What every edit of a listing does around its verb: lock, refuse strangers and stale versions, save with the announcement, answer the whole listing with its ETag.
/// </summary>
public sealed class PropertyEdits(PropertiesDb db, Outbox outbox, TimeProvider clock)
{
    /// <param name="http">Carries If-Match.</param>
    /// <param name="id">Whose edit it is.</param>
    /// <param name="caller">The host, or an admin.</param>
    /// <param name="verb">Changes the listing at the time given, or says why not.</param>
    /// <param name="ct">Ends it without effect.</param>
    public Task<IResult> RunAsync(HttpContext http, Guid id, Caller caller, Func<Property, DateTimeOffset, Refusal?> verb, CancellationToken ct) =>
        LookUpAndRunAsync(http, id, caller, (property, now) => Task.FromResult(verb(property, now)), ct);

    /// <summary>The same for a verb that must look something up while the listing is locked.</summary>
    public async Task<IResult> LookUpAndRunAsync(HttpContext http, Guid id, Caller caller, Func<Property, DateTimeOffset, Task<Refusal?>> verb, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var property = await db.LockAsync(new PropertyId(id), ct);
        if (Refuse(property, caller) is { } refusal) return refusal.ToProblem();
        if (Versions.Check(http, property!.Version) is { } stale) return stale.ToProblem();

        if (await verb(property, clock.GetUtcNow()) is { } no) return no.ToProblem();

        await db.SaveChangesAsync(ct);
        var row = (await PropertyReads.SelectAsync(db, [property.Id], ct)).Single();
        if (row.Announcement() is { } announcement) outbox.Add(announcement);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        if (property.Status == ListingStatus.Deleted) return Results.NoContent();
        Versions.Tag(http, property.Version);
        return Results.Ok(row.Exact);
    }

    /// <summary>A stranger learns of an unpublished listing no more than that it isn't there.</summary>
    private static Refusal? Refuse(Property? property, Caller caller)
    {
        if (property is null || property.Status == ListingStatus.Deleted) return PropertyRefusals.NotFound;
        if (property.HostId == caller.UserId || caller.IsAdmin) return null;
        return property.Status == ListingStatus.Published ? PropertyRefusals.NotYours : PropertyRefusals.NotFound;
    }
}
