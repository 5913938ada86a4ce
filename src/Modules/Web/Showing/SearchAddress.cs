using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EstoSpaces.Web.Showing;

/// <summary>The address of a search: what may stand in it, and the addresses that differ in one thing.</summary>
public sealed class SearchAddress
{
    private static readonly string[] Known =
        ["q", "place", "box", "lat", "lng", "radius_km", "check_in", "check_out", "adults", "children", "infants", "pets", "min_price", "max_price", "types", "amenities", "bedrooms", "beds", "bathrooms", "instant_book", "policies", "sort"];
    private readonly List<KeyValuePair<string, string>> values;

    private SearchAddress(List<KeyValuePair<string, string>> values) => this.values = values;

    public static SearchAddress Of(IQueryCollection query) =>
        new([.. from name in Known from value in query[name] from part in Several(name) ? (value ?? "").Split(',') : [value ?? ""] where part.Trim().Length > 0 && part != "0" select KeyValuePair.Create(name, part.Trim())]);

    private static bool Several(string name) => name is "types" or "amenities" or "policies";

    public bool Has(string name, string? value = null) => values.Exists(v => v.Key == name && (value is null || v.Value == value));

    public string? Value(string name) => values.Find(v => v.Key == name).Value;

    public IEnumerable<KeyValuePair<string, string>> All => values;

    public SearchAddress Without(params string[] names) => new([.. values.Where(v => !names.Contains(v.Key))]);

    public SearchAddress Without(string name, string value) => new([.. values.Where(v => v.Key != name || v.Value != value)]);

    public SearchAddress With(string name, string value) => new([.. Several(name) ? values : values.Where(v => v.Key != name), KeyValuePair.Create(name, value)]);

    /// <summary>The same with a value switched on or off.</summary>
    public SearchAddress Toggle(string name, string value) => Has(name, value) ? Without(name, value) : With(name, value);

    /// <summary>What the service is asked: half a pair of dates is no dates.</summary>
    public string Query(string? cursor = null)
    {
        IEnumerable<KeyValuePair<string, string>> sent = Has("check_in") && Has("check_out") ? values : values.Where(v => v.Key is not ("check_in" or "check_out"));
        if (cursor is not null) sent = sent.Append(KeyValuePair.Create("cursor", cursor));
        return QueryString.Create(sent.Select(v => KeyValuePair.Create(v.Key, new StringValues(v.Value)))).ToString();
    }

    public string Href(string? cursor = null) => "/search" + Query(cursor);
}
