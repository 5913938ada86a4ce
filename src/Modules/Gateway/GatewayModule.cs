using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EstoSpaces.Gateway;

/// <summary>
/// The single entry point. Owns routing (made from what modules say they serve), the choice among their instances, edge
/// security, rate limits, WebSocket pass-through and the merged API document. Owns no data and no rule of the business, and
/// never lets anybody reach a path under /internal or an operational endpoint of another service.
/// </summary>
public sealed class GatewayModule : IModule
{
    public ModuleFacts Facts { get; } = new("gateway", "api-gateway", 8080) { MaxBodyBytes = 64 << 20 };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<RateLimits>();
        services.AddSingleton<ApiDocument>();
        services.AddSingleton<Upstreams>();
        services.AddSingleton<Forward>();
        services.AddHostedService<Probes>();
        services.AddHttpForwarder();
        services.AddHttpClient("openapi", c => c.Timeout = TimeSpan.FromSeconds(5));
        services.AddCors(Edges.Cors(context));
    }

    public void Map(WebApplication app)
    {
        app.UseEdges();
        app.UseCors();
        app.UseLivingSessions();
        app.UseRateLimits();
        ReadDocs.Map(app);
        app.MapRoutes(app.Services.GetRequiredService<ModuleContext>());
        // Before the server waits for its connections to end, those that would stand for hours are told to.
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var upstream in app.Services.GetRequiredService<Upstreams>().All)
                foreach (var destination in upstream.Destinations) destination.AskTunnelsToLeave();
        });
    }
}
