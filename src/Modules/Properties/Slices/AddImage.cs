using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host puts an uploaded picture into a listing, at the end. It may still be processed. Refused when it isn't the host's, isn't a listing picture, failed, or stands there already.</summary>
public static class AddImage
{
    public sealed record Request(MediaId? MediaId, string? Caption) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(MediaId, "media_id");
            yield return Checks.Length(Caption, "caption", 0, 300);
        }
    }

    public static void Map(RouteGroupBuilder hosts) => hosts.MapPost("/{id:guid}/images", HandleAsync).WithName("AddImage").Idempotent().Produces<PropertyView>();

    private static async Task<IResult> HandleAsync(Guid id, Request request, Caller caller, PropertyEdits edits, PropertiesDb db, MediaClient media, HttpContext http, CancellationToken ct)
    {
        // Asked before the listing is locked: no lock waits for another service.
        var found = await media.GetManyAsync([request.MediaId!.Value], ct);
        if (found.Refused) return found.Refusal.ToProblem();
        var picture = found.Value.SingleOrDefault(m => m.Id == request.MediaId.Value);

        return await edits.LookUpAndRunAsync(http, id, caller, async (property, now) =>
        {
            if (picture is null || picture.Purpose != MediaPurpose.Listing || picture.Status == MediaStatus.Failed || picture.OwnerId != property.HostId && !caller.IsAdmin) return PropertyRefusals.MediaUnknown;
            if (property.Images.Any(i => i.MediaId == picture.Id)) return PropertyRefusals.ImageAlreadyThere;
            var row = await KeepAsync(db, PropertyMedia.Of(picture), ct);
            return property.AddImage(row, string.IsNullOrWhiteSpace(request.Caption) ? null : request.Caption.Trim(), now).Refusal;
        }, ct);
    }

    /// <summary>
    /// Writes the row first and reads it back: whichever of this and the news that the picture is ready comes second waits for the other and sees what it left.
    /// </summary>
    private static async Task<PropertyMedia> KeepAsync(PropertiesDb db, PropertyMedia known, CancellationToken ct)
    {
        var (media, urls) = (known.MediaId, known.Urls is null ? null : JsonSerializer.Serialize(known.Urls, Wire.Json));
        await db.Database.ExecuteSqlAsync($"""
            insert into property_media as m (media_id, width, height, placeholder, urls) values ({media.Value}, {known.Width}, {known.Height}, {known.Placeholder}, {urls}::jsonb)
            on conflict (media_id) do update set width = coalesce(m.width, excluded.width), height = coalesce(m.height, excluded.height),
                placeholder = coalesce(m.placeholder, excluded.placeholder), urls = coalesce(m.urls, excluded.urls)
            """, ct);
        return await db.Media.SingleAsync(m => m.MediaId == media, ct);
    }
}
