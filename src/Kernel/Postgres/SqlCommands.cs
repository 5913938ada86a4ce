using Npgsql;

namespace EstoSpaces.Kernel.Postgres;

/// <summary>Short forms for plain SQL with positional parameters ($1, $2 …). A null argument becomes NULL; write <c>$3::jsonb</c> to pass JSON text.</summary>
public static class SqlCommands
{
    public static NpgsqlCommand Sql(this NpgsqlDataSource source, string sql, params object?[] arguments) => With(source.CreateCommand(sql), arguments);

    public static NpgsqlCommand Sql(this NpgsqlConnection connection, string sql, params object?[] arguments) => With(new NpgsqlCommand(sql, connection), arguments);

    /// <summary>Runs a query and projects its rows.</summary>
    public static async Task<List<T>> QueryAsync<T>(this NpgsqlDataSource source, string sql, object?[] arguments, Func<NpgsqlDataReader, T> project, CancellationToken ct)
    {
        await using var command = source.Sql(sql, arguments);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(project(reader));
        return rows;
    }

    /// <summary>Runs a statement; answers the number of rows it touched.</summary>
    public static async Task<int> ExecuteAsync(this NpgsqlDataSource source, string sql, object?[] arguments, CancellationToken ct)
    {
        await using var command = source.Sql(sql, arguments);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The column's text, or null.</summary>
    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>The column's value, or null.</summary>
    public static T? Maybe<T>(this NpgsqlDataReader reader, int column) where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    private static NpgsqlCommand With(NpgsqlCommand command, object?[] arguments)
    {
        foreach (var argument in arguments) command.Parameters.Add(new NpgsqlParameter { Value = argument ?? DBNull.Value });
        return command;
    }
}
