using EstoSpaces.Sandbox.Mail;
using EstoSpaces.Sandbox.Pages;
using EstoSpaces.Sandbox.Phone;
using EstoSpaces.Sandbox.Stripe;
using EstoSpaces.Sandbox.Stripe.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        services.AddSingleton<FcmAccounts>();
        services.AddHostedService<ProductEndpoint>();
        services.AddHostedService<WebhookCourier>();
        return services;
    }

    public static void MapSandbox(this IEndpointRouteBuilder routes)
    {
        routes.MapStripeApi();
        routes.MapHostedPages();
        routes.MapSendGrid();
        routes.MapTwilio();
        routes.MapFcm();

        var sandbox = routes.MapGroup("/sandbox").ExcludeFromDescription();
        sandbox.AddEndpointFilter(async (context, next) =>
            // A page of another site may look at nothing here and press nothing.
            context.HttpContext.Request.Headers["Sec-Fetch-Site"] == "cross-site" && !HttpMethods.IsGet(context.HttpContext.Request.Method)
                ? Results.StatusCode(StatusCodes.Status403Forbidden)
                : await next(context));
        sandbox.MapHome();
        sandbox.MapMailbox();
        sandbox.MapPhone();
        sandbox.MapCards();
        sandbox.MapControls();
    }
}
