using System.Globalization;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Payments.Stripe;

/// <summary>Where Stripe is and who we are to it.</summary>
public sealed record StripeSettings(string BaseUrl, string? SecretKey, string? PublishableKey, string? WebhookSecret, string ScriptUrl)
{
    public static StripeSettings From(Settings settings) => new(
        settings["STRIPE_BASE_URL"] ?? "https://api.stripe.com", settings["STRIPE_SECRET_KEY"], settings["STRIPE_PUBLISHABLE_KEY"], settings["STRIPE_WEBHOOK_SECRET"],
        settings["STRIPE_SCRIPT_URL"] ?? "https://js.stripe.com/v3/");

    public bool Configured => !string.IsNullOrEmpty(SecretKey);
}

/// <summary>Fields of a form in Stripe's notation: <c>metadata[booking_id]</c>.</summary>
public sealed class StripeForm
{
    private readonly List<KeyValuePair<string, string>> fields = [];

    public IReadOnlyList<KeyValuePair<string, string>> Fields => fields;

    public StripeForm Set(string name, string? value)
    {
        if (value is not null) fields.Add(new(name, value));
        return this;
    }

    public StripeForm Set(string name, long value) => Set(name, value.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What Stripe answered: the object, or why not.</summary>
public sealed record StripeReply<T>(T? Value, StripeError? Error) where T : class;

public sealed record StripeErrorEnvelope(StripeError? Error);

/// <summary>An error of Stripe's. Type card_error: the bank said no, and PaymentIntent is the intent as it stands now.</summary>
public sealed record StripeError(string? Type, string? Code, string? DeclineCode, string? Message, string? Param, string? Charge, StripeIntent? PaymentIntent, JsonElement? PaymentMethod)
{
    public bool IsCard => Type == "card_error";

    /// <summary>The most exact code there is.</summary>
    public string BestCode => DeclineCode is not null and not "generic_decline" ? DeclineCode : Code ?? Type ?? "unknown";

    /// <summary>Names the try that failed: its charge, or (when the bank was not asked) the card it was tried with.</summary>
    public string Reference => Charge ?? $"{Code}:{(PaymentMethod is { ValueKind: JsonValueKind.Object } method && method.TryGetProperty("id", out var id) ? id.GetString() : null)}";
}

public sealed record StripeIntent(string Id, string Status, long Amount, long AmountReceived, string Currency, string? ClientSecret, Dictionary<string, string>? Metadata, StripeError? LastPaymentError, StripeNextAction? NextAction);

public sealed record StripeNextAction(string Type, StripeRedirect? RedirectToUrl);

public sealed record StripeRedirect(string? Url);

/// <summary>A page of Stripe's that takes the payment. PaymentIntent is an id, or the whole object when it was asked for.</summary>
public sealed record StripeSession(string Id, string Status, string? Url, Dictionary<string, string>? Metadata, JsonElement? PaymentIntent)
{
    public string? PaymentIntentId => PaymentIntent switch
    {
        { ValueKind: JsonValueKind.String } id => id.GetString(),
        { ValueKind: JsonValueKind.Object } whole => whole.GetProperty("id").GetString(),
        _ => null,
    };
}

public sealed record StripeRefund(string Id, string Status, long Amount, string? PaymentIntent, string? FailureReason, Dictionary<string, string>? Metadata);

public sealed record StripeEvent(string Id, string Type, StripeEventData? Data);

public sealed record StripeEventData(JsonElement Object);

/// <summary>Amounts as Stripe counts them. It counts krónur with two decimals, though they have none.</summary>
public static class StripeAmounts
{
    public static long ToStripe(Money money) => money.Currency == "ISK" ? checked(money.AmountMinor * 100) : money.AmountMinor;

    public static long FromStripe(long amount, string currency) => string.Equals(currency, "isk", StringComparison.OrdinalIgnoreCase) ? amount / 100 : amount;
}
