using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>Replaces ids by the objects they name, along the dotted paths of <c>expand[]</c>, four levels deep at most.</summary>
internal static class Expansion
{
    const int Deepest = 4;

    public static async Task<StripeAnswer?> Expand(StripeWork work, JsonObject body, List<string> paths)
    {
        foreach (var path in paths)
        {
            var steps = path.Split('.');
            if (steps.Length > Deepest)
                return StripeAnswer.Invalid($"You cannot expand more than {Deepest} levels of a property. Property: {path}", "expand");
            if (await Walk(work, body, steps, 0) is false)
                return StripeAnswer.Invalid($"This property cannot be expanded ({steps[^1]}).", "expand");
        }
        return null;
    }

    static async Task<bool> Walk(StripeWork work, JsonObject at, string[] steps, int depth)
    {
        if (depth == steps.Length) return true;
        var name = steps[depth];
        if (!at.ContainsKey(name)) return false;
        switch (at[name])
        {
            case null:
                return true;
            case JsonArray many:
                foreach (var element in many)
                    if (element is JsonObject one && !await Walk(work, one, steps, depth + 1)) return false;
                return true;
            case JsonObject inner:
                return await Walk(work, inner, steps, depth + 1);
            case JsonValue value when value.TryGetValue<string>(out var id) && StripeIds.KindOf(id) is { } kind && await work.Read(kind, id) is { } found:
                var shown = found.Shown();
                at[name] = shown;
                return await Walk(work, shown, steps, depth + 1);
            default:
                return false;
        }
    }
}
