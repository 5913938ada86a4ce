using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;

namespace EstoSpaces.Media;

/// <summary>A file that somebody uploaded: who, what for, and which content it shows. Several files may show one content.</summary>
public sealed class MediaFile
{
    MediaFile() { }

    public MediaId Id { get; private set; }
    public UserId OwnerId { get; private set; }
    public MediaPurpose Purpose { get; private set; }
    public string FileName { get; private set; } = "";
    public Guid? ContentId { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? DeletedAt { get; private set; }

    public static MediaFile Of(MediaId id, UserId owner, MediaPurpose purpose, string fileName, Guid content, DateTimeOffset now) =>
        new() { Id = id, OwnerId = owner, Purpose = purpose, FileName = fileName, ContentId = content, CreatedAt = now };

    /// <summary>Takes the file out of sight at once; its bytes go later. Refused to anybody but the owner and admins, and while a listing shows it.</summary>
    public Result<MediaDeleted> Delete(UserId by, bool isAdmin, bool inUse, DateTimeOffset now)
    {
        if (DeletedAt is not null) return MediaRefusals.NotFound;
        if (by != OwnerId && !isAdmin) return Purpose.IsPublic() ? MediaRefusals.NotOwner : MediaRefusals.NotFound;
        if (inUse) return MediaRefusals.InUse;
        DeletedAt = now;
        return new MediaDeleted(Id, OwnerId);
    }

    /// <summary>Takes the file out of sight and forgets its name, because its owner had himself erased. Null when it was deleted before.</summary>
    public MediaDeleted? Erase(DateTimeOffset now)
    {
        FileName = "";
        if (DeletedAt is not null) return null;
        DeletedAt = now;
        return new MediaDeleted(Id, OwnerId);
    }
}

/// <summary>What a purpose means for who may see a file.</summary>
public static class MediaPurposes
{
    /// <summary>Listing pictures and avatars are for everybody's eyes; documents and attachments for their owner, admins, and those who are handed a signed address.</summary>
    public static bool IsPublic(this MediaPurpose purpose) => purpose is MediaPurpose.Listing or MediaPurpose.Avatar;

    /// <summary>Documents and attachments may be PDF files too.</summary>
    public static bool TakesPdf(this MediaPurpose purpose) => !purpose.IsPublic();

    /// <summary>Contents are shared within a scope only, so that nobody learns by uploading it that a private file exists.</summary>
    public static string Scope(this MediaPurpose purpose, UserId owner) => purpose.IsPublic() ? "public" : owner.ToString();
}
