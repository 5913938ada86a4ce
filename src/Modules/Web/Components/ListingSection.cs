using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using Microsoft.AspNetCore.Components;

namespace EstoSpaces.Web.Components;

/// <summary>
/// One section of a listing's form. It saves by itself and leads to the next one; when it is refused everything that was typed stays, with the words next to the field.
/// </summary>
public abstract class ListingSection : SitePage
{
    /// <summary>The order in which somebody who begins fills them in.</summary>
    public static readonly IReadOnlyList<string> Order = ["basics", "place", "pictures", "amenities", "rules", "price"];

    [Parameter, EditorRequired] public PropertyView Listing { get; set; } = null!;

    protected abstract string Name { get; }

    protected string Base => $"/host/listings/{Listing.Id}";

    /// <summary>Sends the section; does not return when it is taken. An edit that somebody else made meanwhile is refused rather than overwritten.</summary>
    protected async Task SaveAsync(string path, object body)
    {
        var answer = await Api.PutAsync<PropertyView>($"/api/v1/properties/{Listing.Id}{path}", body, long.TryParse(Typed("version"), out var version) ? version : null);
        if (!answer.Refused) GoTo(answer.Value.Status == ListingStatus.Draft ? $"{Base}/{After}?done=saved" : $"{Base}/{Name}?done=saved");
        Refuse(answer.Refusal!);
    }

    protected void Refuse(Refusal refusal)
    {
        Heed(refusal);
        Refused = refusal;
        Answer(refusal.Kind switch { RefusalKind.Conflict => 409, RefusalKind.Unavailable => 503, _ => 400 });
    }

    /// <summary>A checkbox: what was sent, else what is known.</summary>
    protected bool Ticked(string name, bool otherwise) => Posting ? Typed(name) is not null : otherwise;

    private string After => Order.SkipWhile(s => s != Name).Skip(1).FirstOrDefault() ?? "";
}
