using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>Somebody reads or sets how he wants to see the product. What is left out gets its default.</summary>
public static class OwnPreferences
{
    public sealed record Request(string? Currency, string? TimeZone, string? Units, string? Theme) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.That(Currency is null || Currencies.IsKnown(Currency), "invalid_currency", "currency must be one of those that listings are priced in, e.g. EUR.", "currency");
            yield return Checks.That(TimeZone is null || TimeZone.Contains('/') && TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _), "invalid_time_zone", "time_zone must be an IANA name, e.g. Europe/Paris.", "time_zone");
            yield return Checks.That(Units is null or "metric" or "imperial", "invalid_units", "units must be metric or imperial.", "units");
            yield return Checks.That(Theme is null or "system" or "light" or "dark", "invalid_theme", "theme must be system, light or dark.", "theme");
        }
    }

    public sealed record Response(string Currency, string? TimeZone, string Units, string Theme);

    public static void Map(RouteGroupBuilder users)
    {
        users.MapGet("/preferences", Get).WithName("GetPreferences").Produces<Response>();
        users.MapPut("/preferences", Put).WithName("SetPreferences").Produces<Response>();
    }

    private static async Task<IResult> Get(Caller caller, HttpContext http, UsersDb db, CancellationToken ct)
    {
        var preferences = await db.Preferences.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == caller.UserId, ct) ?? new Preferences();
        Versions.Tag(http, preferences.Version);
        return Results.Ok(View(preferences));
    }

    private static async Task<IResult> Put(Request request, Caller caller, HttpContext http, UsersDb db, CancellationToken ct)
    {
        var preferences = await db.Preferences.SingleOrDefaultAsync(p => p.UserId == caller.UserId, ct);
        if (Versions.Check(http, preferences?.Version ?? 0) is { } stale) return stale.ToProblem();
        if (preferences is null) db.Preferences.Add(preferences = new Preferences { UserId = caller.UserId });
        (preferences.Currency, preferences.TimeZone, preferences.Units, preferences.Theme) = (request.Currency ?? "EUR", request.TimeZone, request.Units ?? "metric", request.Theme ?? "system");
        preferences.Version++;
        try { await db.SaveChangesAsync(ct); }
        catch (DbUpdateException e) when (e.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation }) { return Problems.EditedMeanwhile.ToProblem(); }
        Versions.Tag(http, preferences.Version);
        return Results.Ok(View(preferences));
    }

    private static Response View(Preferences p) => new(p.Currency, p.TimeZone, p.Units, p.Theme);
}
