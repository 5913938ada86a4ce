using EstoSpaces.Contracts;

namespace EstoSpaces.Notifications;

/// <summary>What a delivery carries; which fields are set depends on the channel.</summary>
public sealed record Content
{
    public string? Subject { get; init; }
    public string? Html { get; init; }
    public string? Text { get; init; }

    /// <summary>One-click unsubscribe address (RFC 8058), for what may be turned off.</summary>
    public string? UnsubscribeUrl { get; init; }

    public LetterFile? File { get; init; }
    public string? Title { get; init; }
    public string? Body { get; init; }
    public string? Link { get; init; }
}

/// <summary>A delivery as its sender gets it.</summary>
public sealed record Delivery(Guid Id, string Channel, string Recipient, string? RecipientName, string Template, Content Content, int Attempts);

/// <summary>What came of an attempt. Permanent: trying again can't help.</summary>
public sealed record Attempt(bool Sent, bool Permanent, string? ProviderId, string? Detail)
{
    public static Attempt Ok(string? providerId) => new(true, false, providerId, null);
    public static Attempt Later(string detail) => new(false, false, null, detail);
    public static Attempt Never(string detail) => new(false, true, null, detail);

    /// <summary>By the provider's HTTP status: too busy or broken means later, anything else that is not success means never.</summary>
    public static Attempt FromStatus(int status, string detail) => status is 408 or 429 or >= 500 ? Later($"{status} {detail}") : Never($"{status} {detail}");
}

/// <summary>A vendor's door: one for each channel that is configured.</summary>
public interface ISender
{
    string Channel { get; }
    string Provider { get; }

    /// <summary>Throws only for broken networks; what the vendor says comes back as a value.</summary>
    Task<Attempt> SendAsync(Delivery delivery, CancellationToken ct);
}
