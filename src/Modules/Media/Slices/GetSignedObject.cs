using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Media.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>Whoever holds a signed address loads that one private object until the address expires. Only with the local store: others serve their signed addresses themselves.</summary>
public static class GetSignedObject
{
    public static void Map(RouteGroupBuilder media) => media.MapMethods("/objects/{**key}", ["GET", "HEAD"], Handle).WithName("GetSignedObject").Produces(200);

    static IResult Handle(string key, long? expires, string? signature, IObjectStore store)
    {
        if (store is not LocalObjectStore local || !ObjectKeys.IsValid(key) || expires is null || signature is null || !local.Signer.Accepts(key, expires.Value, signature))
            return MediaRefusals.AddressInvalid.ToProblem();
        return new ObjectAnswer(store, key, "private, max-age=3600", downloadName: key.EndsWith(".pdf", StringComparison.Ordinal) ? "document.pdf" : null);
    }
}
