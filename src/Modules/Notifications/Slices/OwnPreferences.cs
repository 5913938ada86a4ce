using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Notifications;

/// <summary>Somebody says what he wants to be told and how. Mail about account, bookings and money can't be turned off (mandatory_category): it is proof for both sides. What is left out stays.</summary>
public static class OwnPreferences
{
    public sealed record Channels(bool? Email, bool? Sms, bool? Push, bool? InApp);

    public sealed record Request(Dictionary<string, Channels>? Categories) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Categories, "categories");
            foreach (var (name, channels) in Categories!)
            {
                var known = Templates.Categories.FirstOrDefault(c => c.Name == name);
                yield return Checks.That(known.Name is not null, "unknown_category", "There is no such category of messages.", "categories");
                yield return Checks.Required(channels, "categories");
                yield return Checks.That(channels.Email != false || !known.EmailMandatory, "mandatory_category", $"Mail about {name} can't be turned off.", "categories");
            }
        }
    }

    public sealed record CategoryView(bool Email, bool Sms, bool Push, bool InApp, bool EmailMandatory);

    public sealed record Response(IReadOnlyDictionary<string, CategoryView> Categories);

    public static void Map(RouteGroupBuilder own)
    {
        own.MapGet("/preferences", Get).WithName("GetNotificationPreferences").Produces<Response>();
        own.MapPut("/preferences", Put).WithName("SetNotificationPreferences").Produces<Response>();
    }

    private static async Task<IResult> Get(Caller caller, Preferences preferences, CancellationToken ct) => Results.Ok(View(await preferences.AllAsync(caller.UserId, ct)));

    private static async Task<IResult> Put(Request request, Caller caller, NotificationsDb db, Preferences preferences, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var all = await preferences.AllAsync(caller.UserId, ct);
        foreach (var (name, channels) in request.Categories!)
        {
            var before = all.GetValueOrDefault(name, Wanted.ByDefault);
            all[name] = new Wanted(channels.Email ?? before.Email, channels.Sms ?? before.Sms, channels.Push ?? before.Push, channels.InApp ?? before.InApp);
            await preferences.SetAsync(caller.UserId, name, all[name], ct);
        }
        await transaction.CommitAsync(ct);
        return Results.Ok(View(all));
    }

    private static Response View(Dictionary<string, Wanted> all) => new(Templates.Categories.ToDictionary(c => c.Name, c =>
    {
        var wanted = all.GetValueOrDefault(c.Name, Wanted.ByDefault);
        return new CategoryView(wanted.Email || c.EmailMandatory, wanted.Sms, wanted.Push, wanted.InApp, c.EmailMandatory);
    }));
}
