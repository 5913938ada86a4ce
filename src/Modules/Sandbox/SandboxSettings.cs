using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Sandbox;

/// <summary>Where the sandbox is seen from outside and where it sends what the card network has to tell.</summary>
/// <param name="PublicUrl">Scheme, host and port by which a browser reaches the sandbox; null: as the request came in.</param>
/// <param name="WebhookUrl">The product's own address for Stripe's webhooks; null: only endpoints made over the API get any.</param>
/// <param name="WebhookSecret">Signs what goes to <paramref name="WebhookUrl"/> (<c>whsec_…</c>).</param>
public sealed record SandboxSettings(string? PublicUrl, string? WebhookUrl, string? WebhookSecret)
{
    public const string SecretKey = "sk_test_estospaces_sandbox";
    public const string PublishableKey = "pk_test_estospaces_sandbox";

    internal static SandboxSettings From(ModuleContext context)
    {
        // Straight to the module that hears it: what the provider sends is not one caller among others at the gateway.
        var payments = context.Addresses.TryGetValue("payments", out var address) ? new Uri(address, "/api/v1/webhooks/stripe").ToString() : null;
        return new(context.Settings["SANDBOX_PUBLIC_URL"], payments, context.Settings["STRIPE_WEBHOOK_SECRET"]);
    }
}
