using EstoSpaces.Contracts;
using EstoSpaces.Media.Images;

namespace EstoSpaces.Media;

/// <summary>Every "no" of this module. The codes are promises to clients; docs/errors.md lists them.</summary>
public static class MediaRefusals
{
    const string File = "file";
    const int Megabyte = 1024 * 1024;

    public static readonly Refusal Empty = Refusal.Invalid("media_file_empty", "The file is empty.", File);

    public static readonly Refusal TooLarge = Refusal.Invalid("media_file_too_large",
        $"The file is larger than {PictureLimits.MaxFileBytes / Megabyte} MB. Save it a little smaller and try again.", File);

    public static readonly Refusal NameRefused = Refusal.Invalid("media_file_name_refused",
        "The file's name does not end like a picture's. Rename it to .jpg, .png, .webp or .avif if it is one.", File);

    public static readonly Refusal Unsupported = Refusal.Invalid("picture_format_unsupported",
        "This is not a picture that we can read. Use JPEG, PNG, WebP or AVIF.", File);

    public static readonly Refusal HeicUnsupported = Refusal.Invalid("picture_format_unsupported",
        "HEIC pictures cannot be read here. Save the picture as JPEG and try again.", File);

    public static readonly Refusal Damaged = Refusal.Invalid("picture_damaged",
        "The picture is damaged or incomplete. Export it again, or choose another one.", File);

    public static readonly Refusal ForeignContent = Refusal.Invalid("picture_has_foreign_content",
        "The file holds something else besides a picture. Export it again from a picture program.", File);

    public static readonly Refusal TooSmall = Refusal.Invalid("picture_too_small",
        $"The picture is too small: each side needs at least {PictureLimits.MinSide} pixels.", File);

    public static readonly Refusal ProcessingUnavailable = Refusal.Unavailable("image_processing_unavailable",
        "Pictures cannot be processed at the moment. Try again later.");

    public static readonly Refusal ProcessingFailed = Refusal.Invalid("picture_processing_failed",
        "The picture could not be processed. Export it again as JPEG, or choose another one.", File);

    public static readonly Refusal DocumentUnsupported = Refusal.Invalid("document_format_unsupported",
        "Documents may be PDF files or pictures (JPEG, PNG, WebP, AVIF).", File);

    public static readonly Refusal NotMultipart = Refusal.Invalid("media_not_multipart", "Send the file as multipart/form-data, in a part named file.", File);

    public static readonly Refusal FileMissing = Refusal.Invalid("media_file_missing", "Send a file in a part named file.", File);

    public static readonly Refusal TooManyFiles = Refusal.Invalid("media_too_many_files", "Send at most 30 files at once.", File);

    public static readonly Refusal OneFile = Refusal.Invalid("media_too_many_files", "Send one file; for several there is /api/v1/media/bulk-upload.", File);

    public static readonly Refusal PurposeUnknown = Refusal.Invalid("media_purpose_unknown", "purpose is listing, avatar, document or message.", "purpose");

    public static readonly Refusal NotFound = Refusal.NotFound("media_not_found", "There is no such file.");

    public static readonly Refusal RenditionNotFound = Refusal.NotFound("media_rendition_not_found",
        $"There is no such size. Pictures come in widths of {string.Join(", ", RenditionNames.Ladder)} pixels, as .webp and .jpg.");

    public static readonly Refusal NotReady = Refusal.Unavailable("media_not_ready", "The picture is still being prepared. Try again in a moment.");

    public static readonly Refusal NotOwner = Refusal.Forbidden("media_not_owner", "Only the person who uploaded a file may delete it.");

    public static readonly Refusal InUse = Refusal.Conflict("media_in_use", "A listing shows this picture. Take it out of the listing first.");

    public static readonly Refusal AddressInvalid = Refusal.Forbidden("media_address_invalid", "This address is not valid, or not any more. Open the page again to get a new one.");

    /// <summary>More pixels than we decode; the message carries the size that the header declares.</summary>
    public static Refusal TooManyPixels(long width, long height) => Refusal.Invalid("picture_too_many_pixels",
        $"The picture has {width} × {height} pixels; at most {PictureLimits.MaxPixels / 1_000_000} million, and {PictureLimits.MaxSide} a side, are accepted.", File);
}
