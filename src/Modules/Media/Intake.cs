using System.Security.Cryptography;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Processing;
using EstoSpaces.Media.Storage;
using Npgsql;

namespace EstoSpaces.Media;

/// <summary>What a file is, after it passed inspection.</summary>
public sealed record Inspected(string ContentType, int Width, int Height, bool IsPdf);

/// <summary>
/// Takes files in: inspects them, stores the original, and notes file, content and job in one transaction. A content that is here already is shown by one file more
/// and not processed again.
/// </summary>
public sealed class Intake(NpgsqlDataSource source, IObjectStore store, MediaReads reads, ImageWorkerPool workers, ProcessingSignals signals, OutboxSignal outboxSignal, TimeProvider clock)
{
    const string PdfName = "document.pdf";

    /// <summary>Somebody waits for it, or it is made in its own time.</summary>
    public const short Awaited = 0, InItsOwnTime = 1;

    /// <summary>Judges a file without storing anything.</summary>
    public async Task<Result<Inspected>> InspectAsync(byte[] file, string fileName, MediaPurpose purpose, CancellationToken ct)
    {
        if (file.Length == 0) return MediaRefusals.Empty;
        if (file.Length > PictureLimits.MaxFileBytes) return MediaRefusals.TooLarge;
        var isPdf = file.AsSpan().StartsWith("%PDF-"u8);
        if (isPdf && purpose.TakesPdf()) return new Inspected("application/pdf", 0, 0, IsPdf: true);
        if (!PictureKinds.IsPictureName(fileName) && !isPdf) return purpose.TakesPdf() ? MediaRefusals.DocumentUnsupported : MediaRefusals.NameRefused;
        if (PictureInspection.Inspect(file, out var facts) is { } refusal)
            return refusal == MediaRefusals.Unsupported && purpose.TakesPdf() ? MediaRefusals.DocumentUnsupported : refusal;
        if (await workers.WhyUnavailableAsync(ct) is { } unavailable) return unavailable;
        return new Inspected(facts!.Kind.ContentType(), facts.Width, facts.Height, IsPdf: false);
    }

    /// <summary>Stores an inspected file. Answers false when a file of that id was here already: nothing changed then.</summary>
    public async Task<bool> StoreAsync(MediaId id, UserId owner, MediaPurpose purpose, string fileName, byte[] file, Inspected inspected, short priority, CancellationToken ct)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        var scope = purpose.Scope(owner);
        var known = await source.QueryAsync("select id from media_metadata where scope = $1 and sha256 = $2 and removed_at is null and status <> 'failed'", [scope, sha256], r => r.GetGuid(0), ct);
        var newcomer = Guid.CreateVersion7();
        if (known.Count == 0) await PutAsync(newcomer, file, inspected, ct);

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var content = known.Count > 0
            ? await HoldAsync(connection, known[0], ct)
            : await AddContentAsync(connection, newcomer, scope, sha256, file.Length, inspected, priority, ct);
        if (content is null)
        {
            // It was removed between the two looks: begin again, this time as a newcomer.
            await transaction.RollbackAsync(ct);
            return await StoreAsync(id, owner, purpose, fileName, file, inspected, priority, ct);
        }
        await using var insert = connection.Sql("""
            insert into media_files (id, owner_id, purpose, file_name, content_id, created_at) values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing
            """, id.Value, owner.Value, Wire.Name(purpose), fileName, content, clock.GetUtcNow().ToUniversalTime());
        var added = await insert.ExecuteNonQueryAsync(ct) == 1;
        if (added)
        {
            // What is ready already is told now; what is still to be processed is told when it is.
            var ready = (await reads.ShowingAsync(connection, content.Value, ct)).Where(file => file.Id == id && file.Status == MediaStatus.Ready);
            await Outbox.InsertAsync(connection, ready.Select(file => new MediaProcessed(reads.View(file))), clock.GetUtcNow(), ct);
            await transaction.CommitAsync(ct);
            outboxSignal.Wake();
        }
        else await transaction.RollbackAsync(ct);
        if (known.Count == 0 && (content != newcomer || !added)) await ForgetAsync(newcomer, inspected, ct);
        signals.WorkArrived();
        return added;
    }

    // A PDF is stored as it is, for those who may see it; a picture is stored as an original, which only the processing reads.
    Task PutAsync(Guid content, byte[] file, Inspected inspected, CancellationToken ct) =>
        store.PutAsync(KeyOf(content, inspected), new MemoryStream(file, writable: false), new ObjectFacts(inspected.ContentType), ct);

    Task ForgetAsync(Guid content, Inspected inspected, CancellationToken ct) => store.DeleteAsync(KeyOf(content, inspected), ct);

    static string KeyOf(Guid content, Inspected inspected) =>
        inspected.IsPdf ? ContentKeys.Rendition(content, isPublic: false, PdfName) : ContentKeys.Original(content);

    // Locked, so that it cannot be removed before the new file is committed.
    static async Task<Guid?> HoldAsync(NpgsqlConnection connection, Guid content, CancellationToken ct)
    {
        await using var hold = connection.Sql("select id from media_metadata where id = $1 and removed_at is null and status <> 'failed' for share", content);
        return (Guid?)await hold.ExecuteScalarAsync(ct);
    }

    static async Task<Guid?> AddContentAsync(NpgsqlConnection connection, Guid id, string scope, string sha256, long size, Inspected inspected, short priority, CancellationToken ct)
    {
        var renditions = inspected.IsPdf ? JsonSerializer.Serialize(new[] { new RenditionRow(PdfName, 0, inspected.ContentType, 0, 0, size) }, Wire.Json) : "[]";
        await using var insert = connection.Sql("""
            insert into media_metadata as c (id, scope, sha256, content_type, size_bytes, status, width, height, renditions, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, now())
            on conflict (scope, sha256) where removed_at is null and status <> 'failed' do update set sha256 = excluded.sha256
            returning c.id
            """, id, scope, sha256, inspected.ContentType, size, inspected.IsPdf ? "ready" : "processing", inspected.Width, inspected.Height, renditions);
        var content = (Guid?)await insert.ExecuteScalarAsync(ct);
        if (content == id && !inspected.IsPdf)
        {
            await using var queue = connection.Sql("insert into media_processing_queue (content_id, priority) values ($1, $2)", id, priority);
            await queue.ExecuteNonQueryAsync(ct);
        }
        return content;
    }
}
