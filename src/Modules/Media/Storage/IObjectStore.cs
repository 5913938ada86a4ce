namespace EstoSpaces.Media.Storage;

/// <summary>What is stored beside the bytes. Names and values of <paramref name="Metadata"/> are ASCII, as S3 has them.</summary>
public sealed record ObjectFacts(string ContentType, IReadOnlyDictionary<string, string>? Metadata = null)
{
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Metadata ?? new Dictionary<string, string>();

    /// <summary>What a store that serves readers itself tells their caches; null: nothing.</summary>
    public string? CacheControl { get; init; }
}

/// <summary>An object without its bytes. <paramref name="ETag"/> is opaque, without quotes, and changes when the bytes do.</summary>
public sealed record ObjectHead(string Key, long Length, string ETag, DateTimeOffset ModifiedAt, ObjectFacts Facts);

/// <summary>The bytes asked for, and what they belong to. <paramref name="Content"/> begins at the range's start and ends with it; dispose it.</summary>
public sealed record StoredObject(ObjectHead Head, Stream Content) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>Bytes from <paramref name="From"/> to <paramref name="To"/>, both included, as in HTTP. Both lie inside the object.</summary>
public readonly record struct ByteRange(long From, long To)
{
    public long Length => To - From + 1;
}

/// <summary>
/// Objects by key, in the shape of S3: a local folder in the embedded default, S3 or what speaks its protocol (GCS, Ceph, MinIO) where it is configured.
/// Keys are paths such as <c>pictures/0198…/640.webp</c> in lower-case ASCII letters, digits, dot, hyphen and underscore. A put is whole or not at all, and
/// readers see the old object or the new one, never a mixture.
/// </summary>
public interface IObjectStore
{
    /// <summary>Stores an object, replacing one of the same key.</summary>
    Task PutAsync(string key, Stream content, ObjectFacts facts, CancellationToken ct);

    /// <summary>An object's bytes, or a range of them; null when there is none of that key.</summary>
    Task<StoredObject?> GetAsync(string key, ByteRange? range, CancellationToken ct);

    /// <summary>What is known of an object without reading it; null when there is none of that key.</summary>
    Task<ObjectHead?> HeadAsync(string key, CancellationToken ct);

    /// <summary>Removes an object. Removing what is not there succeeds.</summary>
    Task DeleteAsync(string key, CancellationToken ct);

    /// <summary>The keys that begin with <paramref name="prefix"/> (whole segments, ending in a slash), in ordinal order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken ct);

    /// <summary>An address that lets whoever holds it read this one object until it expires, without a token.</summary>
    string SignedReadAddress(string key, TimeSpan validFor);
}

/// <summary>The keys that every store can hold: no empty, <c>.</c> or <c>..</c> segments, nothing that a file system would fold or forbid.</summary>
public static class ObjectKeys
{
    const int MaxLength = 512;

    public static bool IsValid(string key) => key.Length is > 0 and <= MaxLength && key.Split('/').All(IsSegment);

    /// <summary>Throws ArgumentException for a key that no store can hold; keys are made by code, so that is a bug.</summary>
    public static string Require(string key) => IsValid(key) ? key : throw new ArgumentException($"not an object key: {key}", nameof(key));

    static bool IsSegment(string segment) => segment.Length > 0 && segment[0] != '.' && segment.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '-' or '_');
}
