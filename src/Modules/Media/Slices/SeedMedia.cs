using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Media.Slices;

/// <summary>Takes the pictures of the sample data as listing pictures, each content once; renditions are made in the background. Not there in production.</summary>
public static class SeedMedia
{
    public static void Map(RouteGroupBuilder inside) => inside.MapPost("/seed", HandleAsync);

    static async Task<IResult> HandleAsync(SampleBatch batch, Intake intake, CancellationToken ct)
    {
        var added = 0;
        foreach (var picture in batch.Pictures)
        {
            var inspected = await intake.InspectAsync(picture.Bytes, picture.Name, MediaPurpose.Listing, ct);
            if (inspected.Refused) return inspected.Refusal.ToProblem();
            if (await intake.StoreAsync(picture.Id, picture.OwnerId, MediaPurpose.Listing, FileNames.Clean(picture.Name), picture.Bytes, inspected.Value, Intake.InItsOwnTime, ct)) added++;
        }
        return Results.Ok(new SampleOutcome(added));
    }
}
