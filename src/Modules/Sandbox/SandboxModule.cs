using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Sandbox.Clock;
using EstoSpaces.Sandbox.Mail;
using EstoSpaces.Sandbox.Pages;
using EstoSpaces.Sandbox.Phone;
using EstoSpaces.Sandbox.Stripe;
using EstoSpaces.Sandbox.Stripe.Webhooks;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Sandbox;

/// Owns the outside world of development and tests: a card network, a mail service, SMS and push, each by its provider's own wire protocol,
/// the pages that show what arrived, the switches by which a test makes the world behave badly, and the product's clock.
/// Refuses to run in production, to know what a booking is, and to be known: the product's adapters have an address and a key, nothing else.
public sealed class SandboxModule : IModule
{
    public ModuleFacts Facts { get; } = new("sandbox", "sandbox-service", 8099)
    {
        Database = "estospaces_sandbox",
        Db = DbSeam.Of<SandboxDb>(),
        DevelopmentOnly = true,
        MaxBodyBytes = 30 << 20, // what the mail service takes
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton(SandboxSettings.From(context));
        services.AddSingleton<WebhookBell>();
        services.AddSingleton<StripeDoor>();
        services.AddSingleton<FcmAccounts>();
        services.AddSingleton<ClockOfTheProduct>();
        services.AddHttpClient(ClockOfTheProduct.ClientName, client => client.Timeout = TimeSpan.FromSeconds(5));
        services.AddHostedService<KeepClock>();
        services.AddHostedService<ProductEndpoint>();
        services.AddHostedService<WebhookCourier>();
        // Bearer tokens here are the providers' keys: nobody tries to read them as access tokens of our own.
        services.PostConfigure<AuthenticationOptions>(options => options.DefaultScheme = null);
    }

    public void Map(WebApplication app)
    {
        app.MapStripeApi();
        app.MapHostedPages();
        app.MapSendGrid();
        app.MapTwilio();
        app.MapFcm();

        var sandbox = app.MapGroup("/sandbox").ExcludeFromDescription();
        sandbox.AddEndpointFilter(RefuseOtherSites);
        sandbox.MapHome();
        sandbox.MapMailbox();
        sandbox.MapPhone();
        sandbox.MapCards();
        sandbox.MapControls();
        sandbox.MapClock();
    }

    /// <summary>A page of another site may press nothing here.</summary>
    static async ValueTask<object?> RefuseOtherSites(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        return request.Headers["Sec-Fetch-Site"] == "cross-site" && !HttpMethods.IsGet(request.Method) ? Results.StatusCode(StatusCodes.Status403Forbidden) : await next(context);
    }
}
