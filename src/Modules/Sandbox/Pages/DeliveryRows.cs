using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>One webhook delivery as the pages and the tests see it.</summary>
internal sealed record DeliveryRow(
    long Id, string EventId, string Type, string EndpointId, string? Url, string? Subject, string State, int Attempts, int? LastStatus, string? LastAnswer,
    DateTimeOffset DueAt, DateTimeOffset? DeliveredAt);

internal static class DeliveryRows
{
    /// <summary>Newest first; of one payment when its intent is named.</summary>
    public static async Task<List<DeliveryRow>> List(NpgsqlDataSource database, string? intent, int limit, CancellationToken ct)
    {
        await using var command = database.CreateCommand(
            """
            select d.id, d.event_id, d.event_type, d.endpoint_id, e.data ->> 'url', o.data #>> '{data,object,id}', d.state, d.attempts, d.last_status, d.last_answer, d.due_at, d.delivered_at
            from stripe_deliveries d join stripe_objects o on o.id = d.event_id left join stripe_objects e on e.id = d.endpoint_id
            where $1 is null or o.data #>> '{data,object,id}' = $1 or o.data #>> '{data,object,payment_intent}' = $1
            order by d.id desc limit $2
            """);
        command.Parameters.Add(new() { Value = (object?)intent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<DeliveryRow>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), Text(reader, 4), Text(reader, 5), reader.GetString(6), reader.GetInt32(7),
                reader.IsDBNull(8) ? null : reader.GetInt32(8), Text(reader, 9), reader.GetFieldValue<DateTimeOffset>(10), reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11)));
        }
        return rows;
    }

    static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
