using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Web.Components;
using EstoSpaces.Web.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Web.Doors;

/// <summary>A person who meets a failure gets a page in his language, whatever failed: nothing here, a bug, a form that was open too long.</summary>
public static partial class Failures
{
    public static void UseFailurePages(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EstoSpaces.Web.Pages");
        var production = app.Services.GetRequiredService<Settings>().IsProduction;
        app.Use(async (http, next) =>
        {
            // The style guide is for those who build the product.
            if (production && http.Request.Path.StartsWithSegments("/design")) http.SetEndpoint(null);
            if (!WantsPage(http)) { await next(http); return; }
            // Where another middleware promises pages for 404, components leave their body away; here a page that says 404 says it itself.
            http.Features.Set<IStatusCodePagesFeature>(null);
            try { await next(http); }
            catch (AntiforgeryValidationException) when (!http.Response.HasStarted) { http.Response.StatusCode = 400; }
            catch (BadHttpRequestException bad) when (!http.Response.HasStarted) { http.Response.StatusCode = bad.StatusCode; }
#pragma warning disable CA1031 // The edge of the pages: whatever it was, a person must be told.
            catch (Exception e) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
            {
                LogBug(log, e, http.Request.Method, http.Request.Path);
                http.Response.StatusCode = 500;
                http.Response.ContentType = null;
            }
#pragma warning restore CA1031
            if (http.Response is not { HasStarted: false, StatusCode: >= 400, ContentType: null }) return;
            // A page that answered 404 has left its header, which rendering adds again.
            http.Response.Headers.Remove("blazor-enhanced-nav");
            await ShowAsync(http, http.Response.StatusCode);
        });
    }

    /// <summary>The failure page inside the usual shell.</summary>
    public static async Task ShowAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.SetEndpoint(null);
        // A page that broke half-way has used up this request's renderer; the failure page gets one of its own.
        var (used, visitor) = (http.RequestServices, http.RequestServices.GetRequiredService<VisitorSession>().Kept);
        await using var scope = used.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<VisitorSession>().Use(visitor);
        http.RequestServices = scope.ServiceProvider;
        await new RazorComponentResult<App>(new Dictionary<string, object?> { ["Failure"] = status }).ExecuteAsync(http);
        http.RequestServices = used;
    }

    private static bool WantsPage(HttpContext http) =>
        !http.Request.Path.StartsWithSegments("/api") && !http.Request.Path.StartsWithSegments("/assets") &&
        (http.Request.Headers.Accept.Count == 0 || http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} hit a bug")]
    private static partial void LogBug(ILogger log, Exception e, string method, string path);
}
