using Npgsql;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// Creating an extension costs tens of milliseconds, and a dozen databases want seven each. They are created once, in a template
/// database; the others are copies of it. PostGIS, which takes longer and is larger than all others together, is in a template of its own.
/// </summary>
internal static class DatabaseTemplate
{
    private static readonly Template Plain = new("estospaces_template", "template0", ["btree_gist", "cube", "earthdistance", "pg_trgm", "pgcrypto", "citext", "unaccent"]);
    private static readonly Template Geographic = new("estospaces_template_geographic", Plain.Name, ["postgis"]);
    private static readonly string[] UsingGeography = ["estospaces_properties"];

    private sealed record Template(string Name, string From, string[] Extensions);

    public static async Task EnsureAsync(Func<string, string> connectionString, IReadOnlyList<string> names, CancellationToken ct)
    {
        await using var connection = await OpenAsync(connectionString("postgres"), ct);
        var present = await NamesAsync(connection, "SELECT datname::text FROM pg_database", ct);
        var missing = names.Where(name => !present.Contains(name)).Distinct().ToList();
        if (missing.Count == 0) return;

        var available = await NamesAsync(connection, "SELECT name::text FROM pg_available_extensions", ct);
        if (Array.Find(Plain.Extensions, e => !available.Contains(e)) is { } absent)
            throw new EmbeddedPostgresException($"This PostgreSQL lacks the extension {absent}. Install its contrib extensions (Debian: postgresql-contrib).");
        await EnsureTemplateAsync(connection, connectionString, Plain, present, ct);
        var geographic = available.IsSupersetOf(Geographic.Extensions) ? missing.Where(UsingGeography.Contains).ToList() : [];
        await Task.WhenAll(CopyAsync(connection, Plain, [.. missing.Except(geographic)], ct), CopyGeographicAsync(connectionString, geographic, present, ct));
    }

    private static async Task CopyGeographicAsync(Func<string, string> connectionString, List<string> names, HashSet<string> present, CancellationToken ct)
    {
        if (names.Count == 0) return;
        await using var connection = await OpenAsync(connectionString("postgres"), ct);
        await EnsureTemplateAsync(connection, connectionString, Geographic, present, ct);
        await CopyAsync(connection, Geographic, names, ct);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, Template template, IReadOnlyList<string> names, CancellationToken ct)
    {
        foreach (var name in names) await ExecuteAsync(connection, $"CREATE DATABASE {Quote(name)} TEMPLATE {template.Name}", ct);
    }

    /// <summary>The template's comment lists its extensions and is written last, so that an unfinished or an old one is recognised and made anew.</summary>
    private static async Task EnsureTemplateAsync(NpgsqlConnection connection, Func<string, string> connectionString, Template template, HashSet<string> present, CancellationToken ct)
    {
        var comment = string.Join(' ', template.Extensions);
        if (present.Contains(template.Name))
        {
            var made = await NamesAsync(connection, $"SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = '{template.Name}'", ct);
            if (made.Contains(comment)) return;
            await ExecuteAsync(connection, $"ALTER DATABASE {template.Name} IS_TEMPLATE false", ct);
            await ExecuteAsync(connection, $"DROP DATABASE {template.Name} WITH (FORCE)", ct);
        }
        await ExecuteAsync(connection, $"CREATE DATABASE {template.Name} TEMPLATE {template.From}", ct);
        await using (var inside = await OpenAsync(connectionString(template.Name), ct))
            foreach (var extension in template.Extensions) await ExecuteAsync(inside, $"CREATE EXTENSION {Quote(extension)} CASCADE", ct);
        await ExecuteAsync(connection, $"ALTER DATABASE {template.Name} IS_TEMPLATE true ALLOW_CONNECTIONS false", ct);
        await ExecuteAsync(connection, $"COMMENT ON DATABASE {template.Name} IS '{comment}'", ct);
    }

    /// <summary>A database is copied through the write-ahead log; compressing it takes six times as long as writing it.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(ct);
            await ExecuteAsync(connection, "SET wal_compression = off", ct);
            return connection;
        }
        catch (Exception)
        {
            await connection.DisposeAsync();
            throw;
        }
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
