using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Gateway;

/// <summary>Routes from the facts of all modules: a longer path wins over a shorter one. Who answers them is the directory's to say, at each request.</summary>
internal static class Routes
{
    public static void MapRoutes(this WebApplication app, ModuleContext context)
    {
        var (forward, upstreams) = (app.Services.GetRequiredService<Forward>(), app.Services.GetRequiredService<Upstreams>());
        foreach (var facts in context.Product)
            foreach (var path in facts.Serves)
            {
                var (upstream, maxBodyBytes) = (upstreams.Of(facts.Name), facts.MaxBodyBytes);
                var pattern = (path.EndsWith("/*", StringComparison.Ordinal) ? path[..^2] : path.TrimEnd('/')) + "/{**rest}";
                app.Map(pattern, (RequestDelegate)(http => forward.SendAsync(http, upstream, maxBodyBytes))).ExcludeFromDescription().WithOrder(-path.Length);
            }
    }
}
