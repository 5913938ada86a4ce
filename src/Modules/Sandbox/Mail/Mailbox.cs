using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Sandbox.Mail;

/// <summary>A mail as the lists show it.</summary>
internal sealed record MailSummary(long Id, string Recipient, string? RecipientName, string Sender, string? SenderName, string Subject, DateTimeOffset ReceivedAt, int Attachments);

/// <summary>A whole mail.</summary>
internal sealed record ReceivedMail(
    long Id, string MessageId, string Recipient, string? RecipientName, string Sender, string? SenderName, string? ReplyTo, string[] CopiedTo, string Subject,
    string? Text, string? Html, JsonObject Headers, string[] Categories, DateTimeOffset ReceivedAt, IReadOnlyList<MailAttachment> Attachments);

internal sealed record MailAttachment(int Position, string Filename, string ContentType, long Bytes);

/// <summary>What was mailed to whom. One row for every recipient, as each would find it in a box of his own.</summary>
internal static class Mailbox
{
    public static async Task Deliver(NpgsqlDataSource database, DateTimeOffset now, string messageId, JsonObject body, CancellationToken ct)
    {
        await using var connection = await database.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var attachments = (body["attachments"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        foreach (var personal in body["personalizations"]!.AsArray().Cast<JsonObject>())
        {
            var to = Addresses(personal["to"]);
            var copied = Addresses(personal["cc"]);
            var hidden = Addresses(personal["bcc"]);
            foreach (var (email, name) in to.Concat(copied).Concat(hidden))
            {
                var others = to.Concat(copied).Select(a => a.Email).Where(a => a != email).ToArray();
                var id = await Insert(connection, now, messageId, body, personal, email, name, others, ct);
                for (var i = 0; i < attachments.Count; i++) await Attach(connection, id, i, attachments[i], ct);
            }
        }
        await transaction.CommitAsync(ct);
    }

    static async Task<long> Insert(NpgsqlConnection connection, DateTimeOffset now, string messageId, JsonObject body, JsonObject personal, string email, string? name, string[] others, CancellationToken ct)
    {
        var substitutions = (personal["substitutions"] as JsonObject ?? []).Select(s => (Mark: s.Key, Value: Text(s.Value) ?? "")).ToList();
        string? Personal(string? text)
        {
            if (text is null) return null;
            foreach (var (mark, value) in substitutions) text = text.Replace(mark, value, StringComparison.Ordinal);
            return text;
        }
        string? Content(string type) => Personal(Text(body["content"]?.AsArray().OfType<JsonObject>().FirstOrDefault(c => Text(c["type"]) == type)?["value"]));

        var headers = new JsonObject();
        foreach (var source in new[] { body["headers"] as JsonObject, personal["headers"] as JsonObject })
            foreach (var (header, value) in source ?? []) headers[header] = Personal(Text(value));
        if (body["asm"] is { } unsubscribeGroup) headers["X-SG-ASM"] = unsubscribeGroup.ToJsonString();
        var custom = new JsonObject();
        foreach (var source in new[] { body["custom_args"] as JsonObject, personal["custom_args"] as JsonObject })
            foreach (var (key, value) in source ?? []) custom[key] = value?.DeepClone();
        var sendAt = personal["send_at"] ?? body["send_at"];

        await using var insert = new NpgsqlCommand(
            """
            insert into mails (message_id, recipient, recipient_name, sender, sender_name, reply_to, copied_to, subject, body_text, body_html, headers, categories, custom_args, received_at, send_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::json, $12, $13::json, $14, $15) returning id
            """, connection);
        var template = Text(body["template_id"]);
        var text = Content("text/plain") ?? (template is null ? null : $"Template {template}\n\n{personal["dynamic_template_data"]?.ToJsonString()}");
        foreach (var value in new object?[]
        {
            messageId, email, name, MailRules.Email(body["from"]), Text(body["from"]?["name"]), MailRules.Email(body["reply_to"]), others,
            Personal(Text(personal["subject"]) ?? Text(body["subject"])) ?? "(template)", text, Content("text/html"), headers.ToJsonString(),
            (body["categories"] as JsonArray ?? []).Select(c => Text(c) ?? "").ToArray(), custom.ToJsonString(), now,
            sendAt is JsonValue at && at.TryGetValue<long>(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : now,
        })
            insert.Parameters.Add(new NpgsqlParameter { Value = value is string s ? s.Replace("\0", "", StringComparison.Ordinal) : value ?? DBNull.Value });
        return (long)(await insert.ExecuteScalarAsync(ct))!;
    }

    static async Task Attach(NpgsqlConnection connection, long mail, int position, JsonObject attachment, CancellationToken ct)
    {
        await using var insert = new NpgsqlCommand("insert into mail_attachments (mail_id, position, filename, content_type, disposition, content_id, content) values ($1, $2, $3, $4, $5, $6, $7)", connection);
        foreach (var value in new object?[]
        {
            mail, position, Text(attachment["filename"]), Text(attachment["type"]) ?? "application/octet-stream", Text(attachment["disposition"]) ?? "attachment",
            Text(attachment["content_id"]), Convert.FromBase64String(Text(attachment["content"])!),
        })
            insert.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await insert.ExecuteNonQueryAsync(ct);
    }

    public static async Task<List<MailSummary>> List(NpgsqlDataSource database, string? to, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            """
            select id, recipient, recipient_name, sender, sender_name, subject, received_at, (select count(*)::int from mail_attachments where mail_id = mails.id)
            from mails where $1 is null or lower(recipient) = lower($1) order by id desc limit $2
            """);
        command.Parameters.Add(new() { Value = (object?)to ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<MailSummary>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetInt64(0), reader.GetString(1), Maybe(reader, 2), reader.GetString(3), Maybe(reader, 4), reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.GetInt32(7)));
        }
        return found;
    }

    public static async Task<ReceivedMail?> Find(NpgsqlDataSource database, long id, CancellationToken ct)
    {
        var attachments = new List<MailAttachment>();
        await using (var files = database.CreateCommand("select position, filename, content_type, length(content)::bigint from mail_attachments where mail_id = $1 order by position"))
        {
            files.Parameters.Add(new() { Value = id });
            await using var rows = await files.ExecuteReaderAsync(ct);
            while (await rows.ReadAsync(ct)) attachments.Add(new(rows.GetInt32(0), rows.GetString(1), rows.GetString(2), rows.GetInt64(3)));
        }
        await using var command = database.CreateCommand(
            """
            select id, message_id, recipient, recipient_name, sender, sender_name, reply_to, copied_to, subject, body_text, body_html, headers::text, categories, received_at
            from mails where id = $1
            """);
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        return new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), Maybe(reader, 3), reader.GetString(4), Maybe(reader, 5), Maybe(reader, 6),
            reader.GetFieldValue<string[]>(7), reader.GetString(8), Maybe(reader, 9), Maybe(reader, 10), (JsonObject)JsonNode.Parse(reader.GetString(11))!,
            reader.GetFieldValue<string[]>(12), reader.GetFieldValue<DateTimeOffset>(13), attachments);
    }

    public static async Task<(string Filename, string ContentType, byte[] Content)?> FindAttachment(NpgsqlDataSource database, long mail, int position, CancellationToken ct)
    {
        await using var command = database.CreateCommand("select filename, content_type, content from mail_attachments where mail_id = $1 and position = $2");
        command.Parameters.Add(new() { Value = mail });
        command.Parameters.Add(new() { Value = position });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)) : null;
    }

    static List<(string Email, string? Name)> Addresses(JsonNode? node) =>
        [.. (node as JsonArray ?? []).OfType<JsonObject>().Select(a => (MailRules.Email(a)!, Text(a["name"])))];

    static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    static string? Maybe(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
