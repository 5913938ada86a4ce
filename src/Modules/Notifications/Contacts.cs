using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>How to reach somebody.</summary>
public sealed record Contact(UserId UserId, string Email, string? Name, string? Phone, string Language);

/// <summary>The people that messages go to, as auth and users told of them; who was missed is asked for.</summary>
public sealed class Contacts(NotificationsDb db, UsersClient users, TimeProvider clock)
{
    /// <summary>Null when the person is unknown or was erased.</summary>
    public async Task<Contact?> FindAsync(UserId id, CancellationToken ct)
    {
        var connection = await db.ConnectionAsync(ct);
        if (await ReadAsync(connection, id, ct) is { } known) return known;
        var asked = await users.GetContactAsync(id, ct);
        if (asked.Refused) return null;
        var card = asked.Value;
        var contact = new Contact(id, card.Email, card.DisplayName, card.Phone, card.Language);
        await PutAsync(contact, ct);
        return contact;
    }

    /// <summary>Only the name, without asking anybody.</summary>
    public async Task<string?> NameAsync(UserId id, CancellationToken ct) => (await ReadAsync(await db.ConnectionAsync(ct), id, ct))?.Name;

    public async Task PutAsync(Contact contact, CancellationToken ct)
    {
        await using var put = (await db.ConnectionAsync(ct)).Sql("""
            insert into contacts (user_id, email, name, phone, language, updated_at) values ($1, $2, $3, $4, $5, $6)
            on conflict (user_id) do update set email = excluded.email, name = coalesce(excluded.name, contacts.name), phone = excluded.phone, language = excluded.language, updated_at = excluded.updated_at
            """, contact.UserId.Value, contact.Email, contact.Name, contact.Phone, contact.Language, clock.GetUtcNow().ToUniversalTime());
        await put.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Forgets the person with all that was written to him.</summary>
    public async Task ForgetAsync(UserId id, CancellationToken ct)
    {
        var connection = await db.ConnectionAsync(ct);
        foreach (var sql in new[]
        {
            "delete from contacts where user_id = $1", "delete from notifications where user_id = $1", "delete from notification_preferences where user_id = $1", "delete from push_devices where user_id = $1",
        })
        {
            await using var forget = connection.Sql(sql, id.Value);
            await forget.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task<Contact?> ReadAsync(NpgsqlConnection connection, UserId id, CancellationToken ct)
    {
        await using var read = connection.Sql("select email, name, phone, language from contacts where user_id = $1", id.Value);
        await using var reader = await read.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new Contact(id, reader.GetString(0), reader.Text(1), reader.Text(2), reader.GetString(3)) : null;
    }
}
