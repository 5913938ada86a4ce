using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Sandbox.Phone;

/// <summary>An SMS or a push notification as it arrived.</summary>
internal sealed record PhoneMessage(string Kind, string Reference, string SentTo, string SentFrom, string? Title, string Body, string Data, DateTimeOffset ReceivedAt);

/// <summary>What arrived on phones.</summary>
internal static class PhoneLog
{
    const string Columns = "kind, reference, sent_to, sent_from, title, body, data::text, received_at";

    public static async Task Write(NpgsqlDataSource database, PhoneMessage message, CancellationToken ct)
    {
        await using var insert = database.CreateCommand("insert into phone_messages (kind, reference, sent_to, sent_from, title, body, data, received_at) values ($1, $2, $3, $4, $5, $6, $7::json, $8)");
        foreach (var value in new object?[] { message.Kind, message.Reference, message.SentTo, message.SentFrom, message.Title, message.Body, message.Data, message.ReceivedAt })
            insert.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await insert.ExecuteNonQueryAsync(ct);
    }

    public static async Task<List<PhoneMessage>> List(NpgsqlDataSource database, string? to, string? kind, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand($"select {Columns} from phone_messages where ($1 is null or sent_to = $1) and ($2 is null or kind = $2) order by id desc limit $3");
        command.Parameters.Add(new() { Value = (object?)to ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)kind ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = limit });
        return await Read(command, ct);
    }

    public static async Task<PhoneMessage?> Find(NpgsqlDataSource database, string reference, CancellationToken ct)
    {
        await using var command = database.CreateCommand($"select {Columns} from phone_messages where reference = $1");
        command.Parameters.Add(new() { Value = reference });
        return (await Read(command, ct)).FirstOrDefault();
    }

    static async Task<List<PhoneMessage>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<PhoneMessage>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.GetString(5), reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7)));
        }
        return found;
    }
}
