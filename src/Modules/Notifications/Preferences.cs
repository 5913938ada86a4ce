using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;

namespace EstoSpaces.Notifications;

/// <summary>What somebody wants to be told of one category, by channel.</summary>
public sealed record Wanted(bool Email, bool Sms, bool Push, bool InApp)
{
    /// <summary>Until somebody says otherwise: everything but SMS.</summary>
    public static readonly Wanted ByDefault = new(true, false, true, true);
}

/// <summary>Preferences by category.</summary>
public sealed class Preferences(NotificationsDb db)
{
    public async Task<Wanted> OfAsync(UserId user, Template template, CancellationToken ct) => (await AllAsync(user, ct)).GetValueOrDefault(template.Category, Wanted.ByDefault);

    public async Task<Dictionary<string, Wanted>> AllAsync(UserId user, CancellationToken ct)
    {
        await using var select = (await db.ConnectionAsync(ct)).Sql("select category, email, sms, push, in_app from notification_preferences where user_id = $1", user.Value);
        await using var reader = await select.ExecuteReaderAsync(ct);
        var all = new Dictionary<string, Wanted>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) all[reader.GetString(0)] = new Wanted(reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4));
        return all;
    }

    public async Task SetAsync(UserId user, string category, Wanted wanted, CancellationToken ct)
    {
        await using var set = (await db.ConnectionAsync(ct)).Sql("""
            insert into notification_preferences (user_id, category, email, sms, push, in_app) values ($1, $2, $3, $4, $5, $6)
            on conflict (user_id, category) do update set email = excluded.email, sms = excluded.sms, push = excluded.push, in_app = excluded.in_app
            """, user.Value, category, wanted.Email, wanted.Sms, wanted.Push, wanted.InApp);
        await set.ExecuteNonQueryAsync(ct);
    }
}
