using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Media.Processing;
using EstoSpaces.Media.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>
/// Anybody loads a size of a listing picture or an avatar, the owner or an admin one of a document: <c>640.webp</c>, <c>640.jpg</c>, or <c>640</c> in the format that the
/// reader accepts. What is still in the queue is moved to its front and waited for; refused when that takes too long.
/// </summary>
public static class GetRendition
{
    const string Private = "private, max-age=3600";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(RouteGroupBuilder media) => media.MapMethods("/{id:guid}/{rendition}", ["GET", "HEAD"], HandleAsync).WithName("GetRendition")
        .Produces(200, contentType: "image/webp").Produces(206, contentType: "image/webp").Produces(304);

    static async Task<IResult> HandleAsync(Guid id, string rendition, HttpRequest request, Caller? caller, ShownFiles files, IObjectStore store, ProcessingQueue queue, ProcessingSignals signals, CancellationToken ct)
    {
        var mediaId = MediaId.From(id);
        if (await files.FindAsync(mediaId, ct) is not { } row || !row.IsVisibleTo(caller)) return MediaRefusals.NotFound.ToProblem();
        if (row.Status == MediaStatus.Processing && RenditionChoice.IsLadderName(rendition))
        {
            await queue.HurryAsync(row.ContentId, ct);
            await signals.WaitUntilAsync(row.ContentId, async () => (row = await files.FindAsync(mediaId, ct) ?? row).Status != MediaStatus.Processing, Patience, ct);
            if (row.Status == MediaStatus.Processing) return MediaRefusals.NotReady.ToProblem();
        }
        var acceptsWebP = request.Headers.Accept.ToString().Contains("image/webp", StringComparison.OrdinalIgnoreCase);
        if (RenditionChoice.Find(row.Renditions, rendition, acceptsWebP) is not { } found) return MediaRefusals.RenditionNotFound.ToProblem();

        var isPublic = row.Purpose.IsPublic();
        return new ObjectAnswer(store, ContentKeys.Rendition(row.ContentId, isPublic, found.Name), isPublic ? ObjectAnswer.Immutable : Private,
            downloadName: found.ContentType == "application/pdf" ? row.FileName : null, variesByAccept: !rendition.Contains('.', StringComparison.Ordinal));
    }
}
