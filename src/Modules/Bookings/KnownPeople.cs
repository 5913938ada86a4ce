using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Bookings;

/// <summary>Names of guests and hosts from this module's copy; the user service is asked for those that haven't arrived yet.</summary>
public sealed partial class KnownPeople(NpgsqlDataSource source, UsersClient users, ILogger<KnownPeople> log)
{
    public async Task<IReadOnlyDictionary<UserId, string>> NamesAsync(IEnumerable<UserId> people, CancellationToken ct)
    {
        var ids = people.Distinct().ToList();
        var rows = await source.QueryAsync("select user_id, display_name from known_people where user_id = any($1)", [ids.ConvertAll(i => i.Value).ToArray()],
            reader => (Id: new UserId(reader.GetGuid(0)), Name: reader.GetString(1)), ct);
        return await CompleteAsync(rows.ToDictionary(r => r.Id, r => r.Name), ids, ct);
    }

    /// <summary>Adds the names that are missing. One that can't be had now is left out: a booking is never refused for a name.</summary>
    public async Task<IReadOnlyDictionary<UserId, string>> CompleteAsync(IReadOnlyDictionary<UserId, string> known, IEnumerable<UserId> people, CancellationToken ct)
    {
        var missing = people.Where(id => !known.ContainsKey(id)).Distinct().ToList();
        if (missing.Count == 0) return known;
        var names = new Dictionary<UserId, string>(known);
        try
        {
            var profiles = await users.GetPublicProfilesAsync(missing, ct);
            if (profiles.Refused) return names;
            foreach (var profile in profiles.Value)
            {
                names[profile.Id] = profile.DisplayName;
                await source.ExecuteAsync("insert into known_people (user_id, display_name) values ($1, $2) on conflict do nothing", [profile.Id.Value, profile.DisplayName], ct);
            }
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException) { LogUnreachable(e); }
        return names;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Names can't be asked for now; bookings are shown without them")]
    private partial void LogUnreachable(Exception e);
}
