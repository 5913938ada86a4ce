using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>Reading and writing the JSON documents that the card network's objects are.</summary>
internal static class Documents
{
    /// <summary>Under this name an object carries what the outside never sees: how a test card behaves, how far a challenge is.</summary>
    public const string Hidden = "_sandbox";

    public static string Id(this JsonObject document) => document.Text("id")!;

    public static string? Text(this JsonObject document, string name) =>
        document[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static long Whole(this JsonObject document, string name) => document[name] switch
    {
        JsonValue value when value.TryGetValue<long>(out var whole) => whole,
        JsonValue value when value.TryGetValue<int>(out var whole) => whole,
        _ => 0,
    };

    public static bool Is(this JsonObject document, string name) =>
        document[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonObject? Part(this JsonObject document, string name) => document[name] as JsonObject;

    /// <summary>The hidden part, made when it is not there.</summary>
    public static JsonObject Secretly(this JsonObject document)
    {
        if (document[Hidden] is JsonObject hidden) return hidden;
        hidden = new JsonObject();
        document[Hidden] = hidden;
        return hidden;
    }

    /// <summary>A copy for the outside.</summary>
    public static JsonObject Shown(this JsonObject document)
    {
        var copy = (JsonObject)document.DeepClone();
        copy.Remove(Hidden);
        return copy;
    }

    public static JsonObject FromMap(IReadOnlyDictionary<string, string> map)
    {
        var document = new JsonObject();
        foreach (var (name, value) in map) document[name] = value;
        return document;
    }

    /// <summary>Metadata is merged key by key; an empty value unsets its key.</summary>
    public static void Merge(this JsonObject document, string name, IReadOnlyDictionary<string, string> changes)
    {
        var target = document.Part(name) is { } existing ? (JsonObject)existing.DeepClone() : new JsonObject();
        foreach (var (key, value) in changes)
        {
            if (value.Length == 0) target.Remove(key);
            else target[key] = value;
        }
        document[name] = target;
    }
}
