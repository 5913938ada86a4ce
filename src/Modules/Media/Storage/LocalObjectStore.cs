using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace EstoSpaces.Media.Storage;

/// <summary>
/// Objects as files below one folder, for the embedded default and for one machine. What is known of an object stands behind its bytes in the same
/// file, so that one rename publishes both; picture programs ignore it and open the files as they are.
/// A file is: content, JSON, length of the JSON (four bytes, big endian), eight bytes of signature.
/// </summary>
public sealed class LocalObjectStore : IObjectStore
{
    const int FooterBytes = 12;
    static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    readonly string objects;
    readonly string unfinished;
    readonly AddressSigner signer;

    /// <param name="folder">Created when missing. Holds the objects, files being written, and the key of signed addresses.</param>
    public LocalObjectStore(string folder, TimeProvider clock)
    {
        objects = Path.GetFullPath(Path.Combine(folder, "objects"));
        unfinished = Path.Combine(folder, "unfinished");
        Directory.CreateDirectory(objects);
        Directory.CreateDirectory(unfinished);
        signer = new AddressSigner(Secret(Path.Combine(folder, "signing-key")), clock);
        RemoveAbandoned(clock);
    }

    /// <summary>Checks the addresses that <see cref="SignedReadAddress"/> makes.</summary>
    public AddressSigner Signer => signer;

    static ReadOnlySpan<byte> Signature => "ESTOOBJ1"u8;

    public async Task PutAsync(string key, Stream content, ObjectFacts facts, CancellationToken ct)
    {
        var target = FileOf(key);
        var temporary = Path.Combine(unfinished, Guid.NewGuid().ToString("N"));
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous))
            {
                var etag = await CopyHashedAsync(content, file, ct);
                await file.WriteAsync(Footer(new(etag, facts.ContentType, facts.Metadata, facts.CacheControl)), ct);
                await file.FlushAsync(ct);
                file.Flush(flushToDisk: true);
            }
            Publish(temporary, target);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public async Task<StoredObject?> GetAsync(string key, ByteRange? range, CancellationToken ct)
    {
        var file = Open(key);
        if (file is null) return null;
        try
        {
            var head = await ReadHeadAsync(key, file, ct);
            var from = range?.From ?? 0;
            var length = range?.Length ?? head.Length;
            if (from < 0 || length < 0 || from + length > head.Length) throw new ArgumentOutOfRangeException(nameof(range));
            file.Position = from;
            return new(head, new LimitedStream(file, length));
        }
        catch (Exception error) when (error is IOException or ArgumentException or JsonException or OperationCanceledException)
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public async Task<ObjectHead?> HeadAsync(string key, CancellationToken ct)
    {
        await using var file = Open(key);
        return file is null ? null : await ReadHeadAsync(key, file, ct);
    }

    public Task DeleteAsync(string key, CancellationToken ct)
    {
        var file = FileOf(key);
        if (File.Exists(file)) File.Delete(file);
        RemoveEmptyFolders(Path.GetDirectoryName(file)!);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var folder = FileOf(prefix.TrimEnd('/'));
        if (!Directory.Exists(folder)) yield break;
        var keys = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(objects, file).Replace(Path.DirectorySeparatorChar, '/'));
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            yield return key;
        }
        await Task.CompletedTask;
    }

    public string SignedReadAddress(string key, TimeSpan validFor) => signer.Sign(ObjectKeys.Require(key), validFor);

    string FileOf(string key) => Path.Combine(objects, ObjectKeys.Require(key).Replace('/', Path.DirectorySeparatorChar));

    FileStream? Open(string key)
    {
        try
        {
            // Delete is shared: an object may be replaced or removed while somebody reads it.
            return new FileStream(FileOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // A delete may remove the folder, empty for a moment, between its making and the rename into it.
    static void Publish(string temporary, string target)
    {
        for (var attempt = 1; ; attempt++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            try
            {
                File.Move(temporary, target, overwrite: true);
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < 5)
            {
            }
        }
    }

    static async Task<string> CopyHashedAsync(Stream content, FileStream file, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, ct) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), ct);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    static byte[] Footer(LocalObjectFacts facts)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(facts);
        var footer = new byte[json.Length + FooterBytes];
        json.CopyTo(footer, 0);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(json.Length), json.Length);
        Signature.CopyTo(footer.AsSpan(json.Length + 4));
        return footer;
    }

    static async Task<ObjectHead> ReadHeadAsync(string key, FileStream file, CancellationToken ct)
    {
        var end = new byte[FooterBytes];
        if (file.Length < FooterBytes) throw new InvalidDataException($"{key} is no object of this store");
        file.Position = file.Length - FooterBytes;
        await file.ReadExactlyAsync(end, ct);
        var length = BinaryPrimitives.ReadInt32BigEndian(end);
        if (!end.AsSpan(4).SequenceEqual(Signature) || length <= 0 || length > file.Length - FooterBytes) throw new InvalidDataException($"{key} is no object of this store");

        var json = new byte[length];
        file.Position = file.Length - FooterBytes - length;
        await file.ReadExactlyAsync(json, ct);
        var facts = JsonSerializer.Deserialize<LocalObjectFacts>(json)!;
        return new(key, file.Length - FooterBytes - length, facts.ETag, File.GetLastWriteTimeUtc(file.SafeFileHandle), new(facts.ContentType, facts.Metadata) { CacheControl = facts.CacheControl });
    }

    void RemoveEmptyFolders(string folder)
    {
        while (folder.Length > objects.Length && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                return;   // somebody put an object there in between
            }
            folder = Path.GetDirectoryName(folder)!;
        }
    }

    // Files of puts that a kill -9 cut off.
    void RemoveAbandoned(TimeProvider clock)
    {
        foreach (var file in Directory.EnumerateFiles(unfinished))
            if (clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(file) > AbandonedAfter) File.Delete(file);
    }

    static byte[] Secret(string file)
    {
        const int bytes = 32;
        if (File.Exists(file) && new FileInfo(file).Length == bytes) return File.ReadAllBytes(file);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var secret = RandomNumberGenerator.GetBytes(bytes);
        using var stream = new FileStream(file, options);
        stream.Write(secret);
        return secret;
    }

    sealed record LocalObjectFacts(string ETag, string ContentType, IReadOnlyDictionary<string, string> Metadata, string? CacheControl);
}
