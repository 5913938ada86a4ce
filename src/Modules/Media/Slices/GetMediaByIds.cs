using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>Another service asks for several files at once; unknown and deleted ones are left out. Addresses of private files come signed, so whoever asks decides who sees them.</summary>
public static class GetMediaByIds
{
    public static void Map(RouteGroupBuilder inside) => inside.MapPost("/by-ids", async ([FromBody] MediaId[] ids, MediaReads reads, CancellationToken ct) =>
        Results.Ok((await reads.FindManyAsync(ids, ct)).Select(reads.View)));
}
