using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Gateway;

/// <summary>
/// The single entry point. Owns routing (made from what modules say they serve), edge security, rate limits,
/// WebSocket pass-through and the merged API document. Owns no data and no rule of the business, and never
/// lets anybody reach a path under /internal or an operational endpoint of another service.
/// </summary>
public sealed class GatewayModule : IModule
{
    public ModuleFacts Facts { get; } = new("gateway", "api-gateway", 8080) { MaxBodyBytes = 64 << 20 };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<RateLimits>();
        services.AddSingleton<ApiDocument>();
        services.AddHttpClient("openapi", c => c.Timeout = TimeSpan.FromSeconds(5));
        services.AddReverseProxy().LoadFromMemory(Routes.RoutesOf(context), Routes.ClustersOf(context));
        services.AddCors(Edges.Cors(context));
    }

    public void Map(WebApplication app)
    {
        app.UseEdges();
        app.UseCors();
        app.UseRateLimits();
        ReadDocs.Map(app);
        app.MapReverseProxy();
    }
}
