using System.Globalization;
using System.Text;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>
/// The text of EIP-4361 (Sign-In with Ethereum) that a wallet shows to its owner and signs: who wants him to sign in, as whom, on which chain, from when until when. Times are UTC.
/// <see cref="ToString"/> writes it; <see cref="SignInMessageReader.TryRead"/> reads it.
/// </summary>
public sealed record SignInMessage
{
    /// <summary>Longer messages are refused unread: a wallet shows them to a person.</summary>
    public const int MaxLength = 4096;

    /// <summary>Scheme of the origin, e.g. "https"; usually left out.</summary>
    public string? Scheme { get; init; }

    /// <summary>Host, and the port where it is not the scheme's own, of the page that asks: RFC 3986's authority, without user info.</summary>
    public required string Domain { get; init; }

    public required EthereumAddress Address { get; init; }

    /// <summary>One line for the person to read, of the ASCII characters that URIs and spaces are made of; null for none.</summary>
    public string? Statement { get; init; }

    /// <summary>What the signature is for, as RFC 3986's URI.</summary>
    public required string Uri { get; init; }

    /// <summary>EIP-155's id.</summary>
    public required long ChainId { get; init; }

    /// <summary>Eight letters and digits or more.</summary>
    public required string Nonce { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }
    public DateTimeOffset? ExpirationTime { get; init; }
    public DateTimeOffset? NotBefore { get; init; }
    public string? RequestId { get; init; }

    /// <summary>URIs that the person agrees to have resolved; null when the message has no such list.</summary>
    public IReadOnlyList<string>? Resources { get; init; }

    /// <summary>The text to sign. It is the caller's task to put in what the grammar allows.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (Scheme is not null) text.Append(Scheme).Append("://");
        text.Append(Domain).Append(SignInMessageReader.Greeting).Append('\n').Append(Address).Append("\n\n");
        if (Statement is not null) text.Append(Statement).Append('\n');
        text.Append("\nURI: ").Append(Uri).Append("\nVersion: 1\nChain ID: ").Append(ChainId.ToString(CultureInfo.InvariantCulture)).Append("\nNonce: ").Append(Nonce);
        text.Append("\nIssued At: ").Append(Time(IssuedAt));
        if (ExpirationTime is { } expires) text.Append("\nExpiration Time: ").Append(Time(expires));
        if (NotBefore is { } from) text.Append("\nNot Before: ").Append(Time(from));
        if (RequestId is not null) text.Append("\nRequest ID: ").Append(RequestId);
        if (Resources is not null) text.Append("\nResources:");
        foreach (var resource in Resources ?? []) text.Append("\n- ").Append(resource);
        return text.ToString();
    }

    /// <summary>RFC 3339 to the millisecond, as JavaScript's toISOString writes it.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
