using EstoSpaces.Sandbox.Stripe;
using EstoSpaces.Sandbox.Stripe.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Sandbox;

/// <summary>What the sandbox needs and what it serves.</summary>
public static class SandboxServices
{
    public static IServiceCollection AddSandbox(this IServiceCollection services, SandboxSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<WebhookBell>();
        services.AddSingleton<StripeDoor>();
        services.AddHostedService<ProductEndpoint>();
        services.AddHostedService<WebhookCourier>();
        return services;
    }

    public static void MapSandbox(this IEndpointRouteBuilder routes)
    {
        routes.MapStripeApi();
        routes.MapHostedPages();
    }
}
