using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host puts a listing's pictures in order and captions them; the first is its cover. Refused unless every picture is named once.</summary>
public static class OrderImages
{
    public sealed record Item(MediaId? MediaId, string? Caption);

    public sealed record Request(IReadOnlyList<Item?>? Images) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Images, "images");
            yield return Checks.That(Images!.All(i => i?.MediaId is not null), "field_required", "Every picture needs its media_id.", "images");
            foreach (var item in Images!) yield return Checks.Length(item!.Caption, "images", 0, 300);
        }
    }

    public static void Map(RouteGroupBuilder hosts) => hosts.MapPut("/{id:guid}/images", HandleAsync).WithName("OrderImages").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, Request request, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
            property.OrderImages([.. request.Images!.Select(i => (i!.MediaId!.Value, string.IsNullOrWhiteSpace(i.Caption) ? null : i.Caption.Trim()))], now), ct);
}
