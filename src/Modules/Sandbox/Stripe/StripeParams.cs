using System.Globalization;
using System.Text.RegularExpressions;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>
/// The form-encoded parameters of one call, read by their bracketed names (<c>payment_method_data[card][number]</c>).
/// The first thing wrong is kept in <see cref="Problem"/>, so that a handler reads all it needs and asks once.
/// </summary>
internal sealed partial class StripeParams
{
    readonly List<KeyValuePair<string, string>> entries;

    public StripeParams(IEnumerable<KeyValuePair<string, string>> entries) => this.entries = [.. entries];

    public StripeAnswer? Problem { get; private set; }

    public IReadOnlyList<KeyValuePair<string, string>> Entries => entries;

    public void Refuse(StripeAnswer problem) => Problem ??= problem;

    /// <summary>True when the parameter, or anything inside it, was sent.</summary>
    public bool Has(string name) => entries.Exists(e => e.Key == name || e.Key.StartsWith(name + "[", StringComparison.Ordinal));

    /// <summary>True when the parameter was sent empty, which asks for it to be unset.</summary>
    public bool Unset(string name) => entries.Exists(e => e.Key == name && e.Value.Length == 0);

    public string? Text(string name)
    {
        var value = entries.FindLast(e => e.Key == name).Value;
        return string.IsNullOrEmpty(value) ? null : value;
    }

    public string Required(string name)
    {
        if (Text(name) is { } value) return value;
        Refuse(Unset(name)
            ? StripeAnswer.Invalid(
                $"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
                name, "parameter_invalid_empty")
            : StripeAnswer.Invalid($"Missing required param: {name}.", name, "parameter_missing"));
        return "";
    }

    public long RequiredWhole(string name, long least = 0) => Required(name).Length == 0 ? 0 : Whole(name, least) ?? 0;

    public long? Whole(string name, long least = 0)
    {
        if (Text(name) is not { } text) return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            Refuse(StripeAnswer.Invalid($"Invalid integer: {text}", name, "parameter_invalid_integer"));
            return null;
        }
        if (value < least)
        {
            Refuse(StripeAnswer.Invalid($"This value must be greater than or equal to {least}.", name, "parameter_invalid_integer"));
            return null;
        }
        return value;
    }

    public bool? Flag(string name)
    {
        if (Text(name) is not { } text) return null;
        if (text is "true" or "false") return text == "true";
        Refuse(StripeAnswer.Invalid($"Invalid boolean: {text}", name));
        return null;
    }

    public string? OneOf(string name, params ReadOnlySpan<string> choices)
    {
        if (Text(name) is not { } text || choices.Contains(text)) return Text(name);
        var list = choices.Length == 1 ? choices[0] : string.Join(", ", choices[..^1]!) + ", or " + choices[^1];
        Refuse(StripeAnswer.Invalid($"Invalid {name}: must be one of {list}", name));
        return null;
    }

    /// <summary>The direct children of a parameter, as metadata is sent.</summary>
    public Dictionary<string, string> Map(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            if (key.StartsWith(name + "[", StringComparison.Ordinal) && key.EndsWith(']'))
                map[key[(name.Length + 1)..^1]] = value;
        return map;
    }

    public Dictionary<string, string> Metadata()
    {
        var map = Map("metadata");
        foreach (var (key, value) in map)
        {
            if (key.Length > 40)
                Refuse(StripeAnswer.Invalid($"Metadata keys can have up to 40 characters. This key has {key.Length}.", $"metadata[{key}]"));
            if (value.Length > 500)
                Refuse(StripeAnswer.Invalid($"Metadata values can have up to 500 characters, but you passed in a value that is {value.Length} characters. Invalid value: {value[..100]}...", $"metadata[{key}]"));
        }
        if (map.Count > 50) Refuse(StripeAnswer.Invalid($"You can only have 50 metadata keys; you have {map.Count}.", "metadata"));
        return map;
    }

    /// <summary>The elements of an array, sent as <c>name[]</c> or <c>name[0]</c>, in order.</summary>
    public List<string> List(string name) =>
        [.. entries.Where(e => e.Key.StartsWith(name + "[", StringComparison.Ordinal) && ArrayIndex().IsMatch(e.Key[name.Length..])).Select(e => e.Value)];

    /// <summary>Refuses a top-level parameter that the call does not know, as Stripe does.</summary>
    public void Only(params ReadOnlySpan<string> known)
    {
        foreach (var (key, _) in entries)
        {
            var bracket = key.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? key : key[..bracket];
            if (name is "expand" or "key" or "client_secret" or "_stripe_version" or "_stripe_account" || known.Contains(name)) continue;
            Refuse(StripeAnswer.Invalid($"Received unknown parameter: {name}", name, "parameter_unknown"));
        }
    }

    [GeneratedRegex(@"^\[\d*\]$")]
    private static partial Regex ArrayIndex();
}
