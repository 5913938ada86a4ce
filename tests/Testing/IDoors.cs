namespace EstoSpaces.Testing;

/// <summary>A product at the doors that everybody has, whichever way it runs.</summary>
public interface IDoors
{
    /// <summary>A stranger's client at the gateway.</summary>
    HttpClient Api { get; }
}
