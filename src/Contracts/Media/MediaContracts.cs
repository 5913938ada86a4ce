using EstoSpaces.Contracts.Events;

namespace EstoSpaces.Contracts.Media;

public enum MediaPurpose { Listing, Avatar, Document, Message }

/// <summary>Processing: renditions are being made; Ready; Failed: with the reason.</summary>
public enum MediaStatus { Processing, Ready, Failed }

/// <summary>An uploaded file. Urls by rendition width in pixels; relative to the gateway.</summary>
public sealed record MediaView(MediaId Id, UserId OwnerId, MediaPurpose Purpose, MediaStatus Status, string? FailureReason, string ContentType, long SizeBytes, int Width, int Height,
    string? Placeholder, IReadOnlyDictionary<string, string> Urls, DateTimeOffset CreatedAt);

[EventType("estospaces.media.media_processed.v1")]
public sealed record MediaProcessed(MediaView Media) : IEvent
{
    public string Subject => Media.Id.ToString();
}

[EventType("estospaces.media.media_deleted.v1")]
public sealed record MediaDeleted(MediaId MediaId, UserId OwnerId) : IEvent
{
    public string Subject => MediaId.ToString();
}

/// <summary>Asks the media service. Internal; calls carry a service token.</summary>
public sealed class MediaClient(HttpClient http)
{
    /// <summary>Several files at once; unknown ones are left out.</summary>
    public Task<Result<IReadOnlyList<MediaView>>> GetManyAsync(IEnumerable<MediaId> ids, CancellationToken ct) =>
        http.TellAsync<IReadOnlyList<MediaView>>("/internal/media/by-ids", ids.ToArray(), ct);
}
