using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace EstoSpaces.Kernel.Postgres;

/// <summary>
/// Applies the plain-SQL schema of the Kernel and of a module, in order of file names, each file in a transaction, under an advisory lock, once.
/// A file whose text changed after it was applied stops the start.
/// </summary>
public static class Migrations
{
    private const long LockKey = 0x4573746F_5370616B;

    /// <summary>Returns the names of the files that were applied now. The module embeds its files as <c>schema/NNNN_name.sql</c>.</summary>
    public static async Task<IReadOnlyList<string>> ApplyAsync(NpgsqlDataSource source, Assembly module, CancellationToken ct)
    {
        var files = Read(typeof(Migrations).Assembly, "kernel/").Concat(Read(module, "schema/")).ToList();
        await using var connection = await source.OpenConnectionAsync(ct);
        if (Pending(files, await HistoryAsync(connection, ct)).Count == 0) return [];

        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", ct);
        try
        {
            await ExecuteAsync(connection, "create table if not exists schema_history (name text primary key, checksum text not null, applied_at timestamptz not null default now())", ct);
            var pending = Pending(files, await HistoryAsync(connection, ct));
            foreach (var file in pending) await ApplyAsync(connection, file, file == pending[^1], ct);
            return pending.ConvertAll(f => f.Name);
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private sealed record SchemaFile(string Name, string Sql, string Checksum);

    private static IEnumerable<SchemaFile> Read(Assembly assembly, string folder) =>
        from resource in assembly.GetManifestResourceNames()
        where resource.StartsWith(folder, StringComparison.Ordinal) && resource.EndsWith(".sql", StringComparison.Ordinal)
        orderby resource
        let sql = Text(assembly, resource)
        select new SchemaFile(resource, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));

    private static string Text(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static async Task<Dictionary<string, string>> HistoryAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var history = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var exists = new NpgsqlCommand("select to_regclass('schema_history') is not null", connection);
        if (!(bool)(await exists.ExecuteScalarAsync(ct))!) return history;
        await using var select = new NpgsqlCommand("select name, checksum from schema_history", connection);
        await using var reader = await select.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) history[reader.GetString(0)] = reader.GetString(1);
        return history;
    }

    private static List<SchemaFile> Pending(List<SchemaFile> files, Dictionary<string, string> history)
    {
        var pending = new List<SchemaFile>();
        foreach (var file in files)
            if (!history.TryGetValue(file.Name, out var checksum)) pending.Add(file);
            else if (checksum != file.Checksum) throw new InvalidOperationException($"{file.Name} was changed after it had been applied: write a new file instead, or remove the data folder in development");
        return pending;
    }

    /// <summary>Only the last file's commit waits for the disk: the log is written in order, so it makes those before it durable too, and a lost tail is applied again.</summary>
    private static async Task ApplyAsync(NpgsqlConnection connection, SchemaFile file, bool last, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!last) await ExecuteAsync(connection, "set local synchronous_commit = off", ct);
        await ExecuteAsync(connection, file.Sql, ct);
        await using var note = new NpgsqlCommand("insert into schema_history (name, checksum) values ($1, $2)", connection) { Parameters = { new() { Value = file.Name }, new() { Value = file.Checksum } } };
        await note.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(ct);
    }
}
