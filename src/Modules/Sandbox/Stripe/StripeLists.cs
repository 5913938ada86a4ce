using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>Lists: newest first, by cursor (<c>starting_after</c>, <c>ending_before</c>), filtered by the fields a list allows.</summary>
internal static class StripeLists
{
    /// <summary>A handler that lists objects of a kind; every filter is a field compared for equality.</summary>
    public static StripeHandler Of(string kind, string url, params string[] filters) => (work, given, _) => Page(work, given, kind, url, filters);

    public static async Task<StripeAnswer> Page(StripeWork work, StripeParams given, string kind, string url, string[] filters, string? fixedField = null, string? fixedValue = null)
    {
        given.Only([.. filters, "limit", "starting_after", "ending_before", "created"]);
        var limit = given.Whole("limit", 1) ?? 10;
        if (limit > 100) given.Refuse(StripeAnswer.Invalid("This value must be less than or equal to 100 (it currently is '" + limit + "').", "limit", "parameter_invalid_integer"));
        var bounds = new[] { "created", "created[gt]", "created[gte]", "created[lt]", "created[lte]" };
        var limits = bounds.Where(given.Has).Select(b => (Bound: b, Value: given.Whole(b) ?? 0)).ToList();
        if (given.Problem is { } problem) return problem;

        var sql = new StringBuilder("select data::text from stripe_objects where kind = $1");
        var values = new List<object?> { kind };
        string Next(object? value)
        {
            values.Add(value);
            return "$" + values.Count.ToString(CultureInfo.InvariantCulture);
        }
        if (fixedField is not null) sql.Append(CultureInfo.InvariantCulture, $" and data ->> '{fixedField}' = {Next(fixedValue)}");
        foreach (var filter in filters)
            if (given.Text(filter) is { } wanted) sql.Append(CultureInfo.InvariantCulture, $" and data ->> '{filter}' = {Next(wanted)}");
        foreach (var (bound, value) in limits)
        {
            var compare = bound.Contains("gte") ? ">=" : bound.Contains("gt") ? ">" : bound.Contains("lte") ? "<=" : bound.Contains("lt") ? "<" : "=";
            sql.Append(CultureInfo.InvariantCulture, $" and (data ->> 'created')::bigint {compare} {Next(value)}");
        }
        var backwards = given.Text("ending_before") is not null;
        if ((given.Text("starting_after") ?? given.Text("ending_before")) is { } cursor)
        {
            if (await work.Read(kind, cursor) is null) return StripeAnswer.Missing(kind, cursor, backwards ? "ending_before" : "starting_after");
            sql.Append(CultureInfo.InvariantCulture, $" and seq {(backwards ? ">" : "<")} (select seq from stripe_objects where id = {Next(cursor)})");
        }
        sql.Append(CultureInfo.InvariantCulture, $" order by seq {(backwards ? "asc" : "desc")} limit {Next(limit + 1)}");

        await using var command = work.Command(sql.ToString(), [.. values]);
        await using var reader = await command.ExecuteReaderAsync(work.Call.Aborted);
        var found = new List<JsonNode?>();
        while (await reader.ReadAsync(work.Call.Aborted)) found.Add(((JsonObject)JsonNode.Parse(reader.GetString(0))!).Shown());
        var more = found.Count > limit;
        if (more) found.RemoveAt(found.Count - 1);
        if (backwards) found.Reverse();
        return StripeAnswer.Ok(new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. found]),
            ["has_more"] = more,
            ["url"] = url,
        });
    }
}
