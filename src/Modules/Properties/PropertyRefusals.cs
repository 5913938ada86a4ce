using EstoSpaces.Contracts;

namespace EstoSpaces.Properties;

/// <summary>The refusals of listings that more than one door gives.</summary>
public static class PropertyRefusals
{
    /// <summary>Also for listings that the caller may not know of.</summary>
    public static readonly Refusal NotFound = Refusal.NotFound("property_not_found", "There is no such listing.");

    public static readonly Refusal NotYours = Refusal.Forbidden("property_not_yours", "Only the host of a listing may change it.");
    public static readonly Refusal NotPublished = Refusal.Conflict("property_not_published", "The listing is not published.");
    public static readonly Refusal NotPriced = Refusal.Conflict("property_not_priced", "The listing has no place or no price yet, so nothing can be quoted.");
    public static readonly Refusal ImageNotFound = Refusal.NotFound("image_not_found", "The listing has no such picture.");
    public static readonly Refusal ImageAlreadyThere = Refusal.Conflict("image_already_there", "The listing shows this picture already.", "media_id");
    public static readonly Refusal TooManyImages = Refusal.Conflict("too_many_images", "A listing shows 50 pictures at most.", "media_id");
    public static readonly Refusal LastImage = Refusal.Conflict("last_image_of_published", "A published listing needs a picture. Add another one first, or unpublish it.");
    public static readonly Refusal ImagesDontMatch = Refusal.Invalid("images_dont_match", "Name every picture of the listing once.", "images");
    public static readonly Refusal MediaUnknown = Refusal.Invalid("media_not_usable", "There is no such picture of yours. Upload it with purpose listing first.", "media_id");

    /// <summary>Param lists what is missing, with commas.</summary>
    public static Refusal Incomplete(IReadOnlyList<string> missing) =>
        Refusal.Conflict("listing_incomplete", $"Before it can be published the listing needs: {string.Join(", ", missing)}.", string.Join(',', missing));
}
