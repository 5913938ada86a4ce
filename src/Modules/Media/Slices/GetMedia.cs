using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>Anybody reads what is known of a listing picture or an avatar; documents and attachments only their owner and admins, to others they do not exist.</summary>
public static class GetMedia
{
    public static void Map(RouteGroupBuilder media) => media.MapGet("/{id:guid}", HandleAsync).WithName("GetMedia").Produces<MediaView>();

    static async Task<IResult> HandleAsync(Guid id, Caller? caller, MediaReads reads, CancellationToken ct) =>
        await reads.FindAsync(MediaId.From(id), ct) is { } row && row.IsVisibleTo(caller) ? Results.Ok(reads.View(row)) : MediaRefusals.NotFound.ToProblem();
}
