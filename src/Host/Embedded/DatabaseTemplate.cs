using Npgsql;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// Creating an extension costs tens of milliseconds, and fourteen databases want eight each. They are created once, in a template
/// database; the others are copies of it, all fourteen in about a second.
/// </summary>
internal static class DatabaseTemplate
{
    private const string Name = "estospaces_template";
    private static readonly string[] Required = ["btree_gist", "cube", "earthdistance", "pg_trgm", "pgcrypto", "citext", "unaccent"];
    private static readonly string[] IfAvailable = ["postgis"];

    public static async Task EnsureAsync(Func<string, string> connectionString, IReadOnlyList<string> names, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString("postgres"));
        await connection.OpenAsync(ct);
        var present = await NamesAsync(connection, "SELECT datname::text FROM pg_database", ct);
        var missing = names.Where(name => !present.Contains(name)).Distinct().ToList();
        if (missing.Count == 0) return;

        // A database is copied through the write-ahead log; compressing it takes six times as long as writing it.
        await ExecuteAsync(connection, "SET wal_compression = off", ct);
        await EnsureTemplateAsync(connection, connectionString, present.Contains(Name), ct);
        foreach (var name in missing) await ExecuteAsync(connection, $"CREATE DATABASE {Quote(name)} TEMPLATE {Name}", ct);
    }

    /// <summary>The template's comment lists its extensions and is written last, so that an unfinished or an old one is recognised and made anew.</summary>
    private static async Task EnsureTemplateAsync(NpgsqlConnection connection, Func<string, string> connectionString, bool present, CancellationToken ct)
    {
        var available = await NamesAsync(connection, "SELECT name::text FROM pg_available_extensions", ct);
        if (Array.Find(Required, e => !available.Contains(e)) is { } absent)
            throw new EmbeddedPostgresException($"This PostgreSQL lacks the extension {absent}. Install its contrib extensions (Debian: postgresql-contrib).");
        var extensions = Required.Concat(IfAvailable.Where(available.Contains)).ToList();
        var comment = string.Join(' ', extensions);

        if (present)
        {
            var made = await NamesAsync(connection, $"SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = '{Name}'", ct);
            if (made.Contains(comment)) return;
            await ExecuteAsync(connection, $"ALTER DATABASE {Name} IS_TEMPLATE false", ct);
            await ExecuteAsync(connection, $"DROP DATABASE {Name} WITH (FORCE)", ct);
        }
        await ExecuteAsync(connection, $"CREATE DATABASE {Name} TEMPLATE template0", ct);
        await using (var template = new NpgsqlConnection(connectionString(Name)))
        {
            await template.OpenAsync(ct);
            foreach (var extension in extensions) await ExecuteAsync(template, $"CREATE EXTENSION {Quote(extension)} CASCADE", ct);
        }
        await ExecuteAsync(connection, $"ALTER DATABASE {Name} IS_TEMPLATE true ALLOW_CONNECTIONS false", ct);
        await ExecuteAsync(connection, $"COMMENT ON DATABASE {Name} IS '{comment}'", ct);
    }

    private static async Task<HashSet<string>> NamesAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var names = new HashSet<string>();
        while (await reader.ReadAsync(ct)) names.Add(reader.GetString(0));
        return names;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static string Quote(string identifier) => "\"" + identifier.Replace("\"", "\"\"") + "\"";
}
