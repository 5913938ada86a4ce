using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Web.Calls;
using EstoSpaces.Web.Components;
using EstoSpaces.Web.Doors;
using EstoSpaces.Web.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Web;

/// <summary>
/// The web application for guests, hosts and admins: pages rendered on the server that work without script and better with it.
/// Owns the visitor's session cookie, the words and the design. Refuses to own data or any rule of the business:
/// it knows only the public API, through the gateway, with the rights of the visitor.
/// </summary>
public sealed class WebModule : IModule
{
    public ModuleFacts Facts { get; } = new("web", "front-service", 4200) { MaxBodyBytes = 64 << 20 };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        var (settings, gateway) = (context.Settings, context.AddressOf("gateway"));
        services.AddPages(new WebAssets(WebAssets.DefaultFolder, live: !settings.IsProduction), new MapTiles(settings["TILE_URL"], settings["TILE_ATTRIBUTION"]));
        SecretKeyRing.Register(services, context);
        services.AddHttpClient("gateway", http => http.BaseAddress = gateway);
        services.AddScoped(provider => ActivatorUtilities.CreateInstance<Api>(provider, provider.GetRequiredService<IHttpClientFactory>().CreateClient("gateway")));
        services.AddScoped<VisitorSession>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<SessionRefresh>();
        services.AddSingleton<Security>();
    }

    public void Map(WebApplication app)
    {
        app.Services.GetRequiredService<Security>().Use(app);
        app.Services.GetRequiredService<WebAssets>().Serve(app);
        app.UseVisitorSession();
        app.UseFailurePages();
        app.UseAntiforgery();
        app.MapPreferences();
        app.MapPictures();
        app.MapFiles();
        app.MapSuggestions();
        app.MapSignOut();
        app.MapWalletDoors();
        if (!app.Services.GetRequiredService<Settings>().IsProduction) app.MapSamplePhotos();
        app.MapRazorComponents<App>();
    }
}
