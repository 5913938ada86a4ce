using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Kernel.Observability;

/// <summary>How far product time is from the system's, told to each process in development.</summary>
internal sealed record ClockMove(double OffsetSeconds);

/// <summary><c>/health /ready /metrics /version</c> of every module.</summary>
public static class Operations
{
    public static readonly string Version = typeof(Operations).Assembly.GetName().Version!.ToString(3);

    public static void MapOperations(this WebApplication app, ModuleContext context)
    {
        app.MapGet("/health", () => Results.Json(new { status = "ok", service = context.Facts.Service, version = Version })).ExcludeFromDescription();
        app.MapGet("/version", () => Results.Json(new { service = context.Facts.Service, version = Version, runtime = Environment.Version.ToString() })).ExcludeFromDescription();
        app.MapGet("/ready", Task<IResult> (HttpContext http, CancellationToken _) => ReadyAsync(http, context)).ExcludeFromDescription();
        app.MapPrometheusText().AddEndpointFilter((call, next) => ClientAddress.IsOutside(call.HttpContext) ? ValueTask.FromResult<object?>(Results.NotFound()) : next(call)).ExcludeFromDescription();
        if (!context.Settings.IsProduction) app.MapInternalDoor().MapPost("/clock", (ClockMove move) => { context.Clock.SetOffset(TimeSpan.FromSeconds(move.OffsetSeconds)); return Results.NoContent(); });
    }

    private static async Task<IResult> ReadyAsync(HttpContext http, ModuleContext context)
    {
        if (context.Draining.HasBegun) return Results.Json(new { status = "draining", service = context.Facts.Service }, statusCode: 503);
        var (parts, degraded) = await Readiness.PartsAsync(http.RequestServices, context, http.RequestAborted);
        // ?except=bus: whoever asks can do without it. An orchestrator that took all replicas away while the bus is would make an outage of what is none: facts wait in the outbox.
        var excepted = http.Request.Query["except"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries);
        var failing = parts.Where(p => p.Value != "ok").Select(p => p.Key).Except(degraded).Except(excepted).ToList();
        var ready = failing.Count == 0;
        return Results.Json(new { status = ready ? "ready" : "not_ready", service = context.Facts.Service, parts, failing, degraded }, statusCode: ready ? 200 : 503);
    }
}
