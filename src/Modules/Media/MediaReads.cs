using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Storage;
using Npgsql;

namespace EstoSpaces.Media;

/// <summary>A file with its content, as one query reads it.</summary>
public sealed record MediaRow(MediaId Id, UserId OwnerId, MediaPurpose Purpose, string FileName, DateTimeOffset CreatedAt, Guid ContentId, string ContentType, long SizeBytes,
    MediaStatus Status, string? FailureCode, string? FailureMessage, int Width, int Height, string? Placeholder, IReadOnlyList<RenditionRow> Renditions)
{
    /// <summary>Public files are for everybody, private ones for their owner and admins.</summary>
    public bool IsVisibleTo(Caller? caller) => Purpose.IsPublic() || caller is not null && (caller.UserId == OwnerId || caller.IsAdmin);
}

/// <summary>Reads files straight to what is answered.</summary>
public sealed class MediaReads(NpgsqlDataSource source, IObjectStore store, Settings settings)
{
    /// <summary>How long the addresses of a private file work; whoever may see it gets new ones with every answer.</summary>
    public static readonly TimeSpan SignedFor = TimeSpan.FromHours(1);

    const string Select = """
        select f.id, f.owner_id, f.purpose, f.file_name, f.created_at, c.id, c.content_type, c.size_bytes, c.status, c.failure_code, c.failure_message, c.width, c.height, c.placeholder, c.renditions::text
        from media_files f join media_metadata c on c.id = f.content_id
        """;

    readonly string? cdn = settings["CDN_URL"]?.TrimEnd('/');

    /// <summary>Null when there is no such file, or it was deleted.</summary>
    public async Task<MediaRow?> FindAsync(MediaId id, CancellationToken ct) =>
        (await source.QueryAsync(Select + " where f.id = $1 and f.deleted_at is null", [id.Value], Row, ct)).FirstOrDefault();

    public Task<List<MediaRow>> FindManyAsync(IReadOnlyCollection<MediaId> ids, CancellationToken ct) =>
        source.QueryAsync(Select + " where f.id = any($1) and f.deleted_at is null order by f.id", [ids.Select(id => id.Value).ToArray()], Row, ct);

    /// <summary>The files that show a content, as a connection's open transaction sees them.</summary>
    public async Task<List<MediaRow>> ShowingAsync(NpgsqlConnection connection, Guid content, CancellationToken ct)
    {
        await using var select = connection.Sql(Select + " where c.id = $1 and f.deleted_at is null", content);
        await using var reader = await select.ExecuteReaderAsync(ct);
        var rows = new List<MediaRow>();
        while (await reader.ReadAsync(ct)) rows.Add(Row(reader));
        return rows;
    }

    public MediaView View(MediaRow row) => new(row.Id, row.OwnerId, row.Purpose, row.Status, row.FailureMessage, row.ContentType, row.SizeBytes, row.Width, row.Height, row.Placeholder, Urls(row), row.CreatedAt);

    // A public picture's addresses follow from its id and width, so that they are known, and may be written into pages, while it is still in the queue.
    Dictionary<string, string> Urls(MediaRow row)
    {
        if (row.Status == MediaStatus.Failed) return [];
        if (row.Purpose.IsPublic() && cdn is not null && row.Status == MediaStatus.Ready)
            return row.Renditions.Where(r => r.ContentType == "image/webp").ToDictionary(r => $"{r.Step}", r => $"{cdn}/{ContentKeys.Rendition(row.ContentId, isPublic: true, r.Name)}");
        if (row.Purpose.IsPublic()) return RenditionNames.StepsFor(row.Width).ToDictionary(step => $"{step}", step => $"/api/v1/media/{row.Id}/{step}.webp");
        return row.Renditions.Where(r => r.ContentType != "image/jpeg")
            .ToDictionary(r => r.Step > 0 ? $"{r.Step}" : "document", r => store.SignedReadAddress(ContentKeys.Rendition(row.ContentId, isPublic: false, r.Name), SignedFor));
    }

    static MediaRow Row(NpgsqlDataReader reader) => new(
        MediaId.From(reader.GetGuid(0)), UserId.From(reader.GetGuid(1)), Named<MediaPurpose>(reader.GetString(2)), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetGuid(5),
        reader.GetString(6), reader.GetInt64(7), Named<MediaStatus>(reader.GetString(8)), reader.Text(9), reader.Text(10), reader.GetInt32(11), reader.GetInt32(12), reader.Text(13),
        JsonSerializer.Deserialize<RenditionRow[]>(reader.GetString(14), Wire.Json)!);

    static T Named<T>(string name) where T : struct, Enum => Wire.TryName<T>(name, out var value) ? value : throw new FormatException($"'{name}' is not a {typeof(T).Name}");
}
