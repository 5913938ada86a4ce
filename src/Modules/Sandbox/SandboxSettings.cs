namespace EstoSpaces.Sandbox;

/// <summary>Where the sandbox is seen from outside and where it sends what the card network has to tell.</summary>
/// <param name="PublicUrl">Scheme, host and port by which a browser reaches the sandbox; null: as the request came in.</param>
/// <param name="WebhookUrl">The product's own address for Stripe's webhooks; null: only endpoints made over the API get any.</param>
/// <param name="WebhookSecret">Signs what goes to <paramref name="WebhookUrl"/> (<c>whsec_…</c>).</param>
public sealed record SandboxSettings(string? PublicUrl, string? WebhookUrl, string WebhookSecret)
{
    public const string DefaultSecretKey = "sk_test_estospaces_sandbox";
    public const string DefaultPublishableKey = "pk_test_estospaces_sandbox";
    public const string DefaultWebhookSecret = "whsec_estospaces_sandbox";
}
