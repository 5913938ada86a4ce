namespace EstoSpaces.Registry.Wire;

/// <summary>
/// A piece of a document that Eureka writes both ways: attributes are "@name" and a text beside them "$" in JSON. Repeats makes an array of it in JSON even when it stands alone;
/// IsNumber leaves the quotes away.
/// </summary>
internal sealed class Element(string name, string? text = null)
{
    public string Name => name;
    public string? Text { get; set; } = text;
    public bool IsNumber { get; init; }
    public bool Repeats { get; init; }

    /// <summary>Stands for a list with nothing in it: an empty array in JSON, nothing in XML.</summary>
    public bool IsEmptyList { get; init; }

    public List<(string Name, string Value)> Attributes { get; } = [];
    public List<Element> Children { get; } = [];

    public Element? this[string child] => Children.Find(c => c.Name == child);

    public string? TextOf(string child) => this[child]?.Text;

    public string? Attribute(string attribute)
    {
        foreach (var (key, value) in Attributes)
            if (key == attribute) return value;
        return null;
    }

    public Element Add(params ReadOnlySpan<Element?> children)
    {
        foreach (var child in children)
            if (child is not null) Children.Add(child);
        return this;
    }

    public Element With(string attribute, string value)
    {
        Attributes.Add((attribute, value));
        return this;
    }

    public static Element Number(string name, long value) => new(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture)) { IsNumber = true };

    /// <summary>Null for a text that is not there.</summary>
    public static Element? Maybe(string name, string? text) => text is null ? null : new(name, text);
}
