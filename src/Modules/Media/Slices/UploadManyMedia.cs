using System.Diagnostics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>
/// Somebody uploads up to 30 files in one form. Each is taken or refused by itself: the answer has one entry a file, in their order, so that one bad
/// picture does not cost the others.
/// </summary>
public static class UploadManyMedia
{
    const int MaxFiles = 30;

    /// <summary>Either <c>media</c>, or <c>code</c> and <c>message</c> of the refusal.</summary>
    public sealed record Item(string FileName, MediaView? Media, string? Code, string? Message);

    public sealed record Response(IReadOnlyList<Item> Data);

    public static void Map(RouteGroupBuilder media) => media.MapPost("/bulk-upload", HandleAsync).WithName("UploadManyMedia")
        .Accepts<IFormFileCollection>("multipart/form-data").Produces<Response>(201).Idempotent();

    static async Task<IResult> HandleAsync(HttpRequest request, Caller caller, UploadForm form, Uploads uploads, CancellationToken ct)
    {
        var sent = await form.ReadAsync(request, MaxFiles, ct);
        if (sent.Refused) return sent.Refusal.ToProblem();

        var purpose = sent.Value.Purpose ?? MediaPurpose.Listing;
        var taken = new List<(SentFile File, Result<MediaId> Id)>();
        foreach (var file in sent.Value.Files) taken.Add((file, await uploads.TakeAsync(caller.UserId, purpose, file, ct)));

        var items = new List<Item>();
        var start = Stopwatch.GetTimestamp();
        foreach (var (file, id) in taken)
        {
            var left = Uploads.Patience - Stopwatch.GetElapsedTime(start);
            var view = id.Refused ? id.Refusal : await uploads.AwaitAsync(id.Value, left > TimeSpan.Zero ? left : TimeSpan.Zero, ct);
            items.Add(new(file.Name, view.Refused ? null : view.Value, view.Refusal?.Code, view.Refusal?.Message));
        }
        return Results.Json(new Response(items), statusCode: items.Exists(i => i.Media is not null) ? 201 : 400);
    }
}
