using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Media.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>
/// Somebody uploads a picture or a document (part <c>file</c>; <c>purpose</c> = listing, avatar, document or message, else listing) and owns it from then on.
/// Refused for what is no acceptable file; the answer usually comes when the renditions are made, and with status <c>processing</c> when that takes long.
/// </summary>
public static class UploadMedia
{
    public static void Map(RouteGroupBuilder media) => media.MapPost("/upload", HandleAsync).WithName("UploadMedia")
        .Accepts<IFormFile>("multipart/form-data").Produces<MediaView>(201).Idempotent();

    static async Task<IResult> HandleAsync(HttpRequest request, Caller caller, UploadForm form, Uploads uploads, CancellationToken ct)
    {
        var sent = await form.ReadAsync(request, maxFiles: 1, ct);
        if (sent.Refused) return sent.Refusal.ToProblem();

        var taken = await uploads.TakeAsync(caller.UserId, sent.Value.Purpose ?? MediaPurpose.Listing, sent.Value.Files[0], ct);
        if (taken.Refused) return taken.Refusal.ToProblem();

        var view = await uploads.AwaitAsync(taken.Value, Uploads.Patience, ct);
        return view.Refused ? view.Refusal.ToProblem() : Results.Created($"/api/v1/media/{view.Value.Id}", view.Value);
    }
}
