using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>
/// Takes letters and queues them: one message for a person, one delivery for each channel that his preferences allow. Runs in the transaction of whoever calls; the courier does the rest.
/// The dedupe key makes sure that the same fact, however often it comes, is one message.
/// </summary>
public sealed class PostOffice(NotificationsDb db, Contacts contacts, Preferences preferences, UnsubscribeTokens unsubscribe, WebLinks links, CourierBell bell, TimeProvider clock)
{
    /// <summary>Writes to somebody in his language. Nothing happens when he is unknown (erased) or has this message already.</summary>
    public async Task<NotificationId?> SendAsync(UserId to, Template template, string dedupeKey, Func<Tongue, Contact, Letter> compose, CancellationToken ct)
    {
        if (await contacts.FindAsync(to, ct) is not { } contact) return null;
        return await SendAsync(contact, template, dedupeKey, compose, ct);
    }

    public async Task<NotificationId?> SendAsync(Contact contact, Template template, string dedupeKey, Func<Tongue, Contact, Letter> compose, CancellationToken ct)
    {
        var tongue = Tongue.For(contact.Language);
        var letter = compose(tongue, contact);
        var wanted = await preferences.OfAsync(contact.UserId, template, ct);
        var connection = await db.ConnectionAsync(ct);
        var id = new NotificationId(Guid.CreateVersion7());
        if (!await AddAsync(connection, id, contact.UserId.Value, dedupeKey, template, tongue, letter, wanted.InApp && !template.EmailOnly, ct)) return null;

        if (wanted.Email || template.Mandatory) await QueueAsync(connection, id, "email", contact.Email, contact.Name, Mail(letter, tongue, template, contact.UserId), template.Secret, ct);
        if (template.EmailOnly) return Rung(id);
        if (wanted.Sms && letter.Sms is not null && contact.Phone is not null) await QueueAsync(connection, id, "sms", contact.Phone, contact.Name, new Content { Body = letter.Sms }, false, ct);
        if (wanted.Push)
            foreach (var token in await DevicesAsync(connection, contact.UserId, ct))
                await QueueAsync(connection, id, "push", token, contact.Name, new Content { Title = letter.Heading, Body = letter.Brief, Link = letter.Link is null ? null : links.To(letter.Link) }, false, ct);
        return Rung(id);
    }

    /// <summary>Sends by one channel to a given address, for what an admin or another service writes by hand.</summary>
    public async Task<NotificationId> SendByHandAsync(UserId? user, string channel, string recipient, string? name, Tongue tongue, Letter letter, CancellationToken ct)
    {
        var connection = await db.ConnectionAsync(ct);
        var id = new NotificationId(Guid.CreateVersion7());
        await AddAsync(connection, id, user?.Value, $"by_hand:{id}", Templates.ByHand, tongue, letter, inApp: user is not null, ct);
        var content = channel switch
        {
            "email" => Mail(letter, tongue, Templates.ByHand, user),
            "sms" => new Content { Body = letter.Sms ?? letter.Brief },
            _ => new Content { Title = letter.Heading, Body = letter.Brief, Link = letter.Link is null ? null : links.To(letter.Link) },
        };
        await QueueAsync(connection, id, channel, recipient, name, content, false, ct);
        return Rung(id);
    }

    private Content Mail(Letter letter, Tongue tongue, Template template, UserId? user)
    {
        var url = template.Mandatory || user is null ? null : unsubscribe.UrlFor(user.Value, template.Category);
        return new Content { Subject = letter.Subject, Html = HtmlLetter.Write(letter, tongue, links.Web, url), Text = TextLetter.Write(letter, tongue, url), UnsubscribeUrl = url, File = letter.File };
    }

    private async Task<bool> AddAsync(NpgsqlConnection connection, NotificationId id, Guid? user, string dedupeKey, Template template, Tongue tongue, Letter letter, bool inApp, CancellationToken ct)
    {
        await using var add = connection.Sql("""
            insert into notifications (id, user_id, dedupe_key, template, category, language, title, body, link, in_app, created_at) values ($1, $2::uuid, $3, $4, $5, $6, $7, $8, $9::text, $10, $11)
            on conflict (dedupe_key) do nothing
            """, id.Value, user, dedupeKey, template.Name, template.Category, tongue.Code, letter.Heading, letter.Brief, letter.Link, inApp, clock.GetUtcNow().ToUniversalTime());
        return await add.ExecuteNonQueryAsync(ct) == 1;
    }

    private static async Task QueueAsync(NpgsqlConnection connection, NotificationId id, string channel, string recipient, string? name, Content content, bool secret, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var queue = connection.Sql("""
            insert into notification_deliveries (id, notification_id, channel, recipient, recipient_name, content, secret, status, next_at, created_at) values ($1, $2, $3, $4, $5::text, $6::jsonb, $7, 'waiting', $8, $8)
            on conflict do nothing
            """, Guid.CreateVersion7(), id.Value, channel, recipient, name, JsonSerializer.Serialize(content, Wire.Json), secret, now);
        await queue.ExecuteNonQueryAsync(ct);
    }

    private static async Task<List<string>> DevicesAsync(NpgsqlConnection connection, UserId user, CancellationToken ct)
    {
        await using var select = connection.Sql("select token from push_devices where user_id = $1", user.Value);
        await using var reader = await select.ExecuteReaderAsync(ct);
        var tokens = new List<string>();
        while (await reader.ReadAsync(ct)) tokens.Add(reader.GetString(0));
        return tokens;
    }

    private NotificationId Rung(NotificationId id)
    {
        bell.Ring();
        return id;
    }
}
