using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EstoSpaces.Kernel.Observability;

/// <summary>Something a module depends on. Register it, and <c>/ready</c> asks it.</summary>
public interface IReadinessCheck
{
    string Name { get; }

    /// <summary>False for what the module gets on without, slower or stricter: it is told as degraded, and the module stays ready.</summary>
    bool IsNeeded => true;

    /// <summary>Null when all is well, else what is wrong, in words that may be shown.</summary>
    Task<string?> CheckAsync(CancellationToken ct);
}

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
        app.MapPrometheusText().ExcludeFromDescription();
        if (!context.Settings.IsProduction) app.MapInternalDoor().MapPost("/clock", (ClockMove move) => { context.Clock.SetOffset(TimeSpan.FromSeconds(move.OffsetSeconds)); return Results.NoContent(); });
    }

    private static async Task<IResult> ReadyAsync(HttpContext http, ModuleContext context)
    {
        if (context.Draining.HasBegun) return Results.Json(new { status = "draining", service = context.Facts.Service }, statusCode: 503);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline.CancelAfter(TimeSpan.FromSeconds(3));
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (http.RequestServices.GetService<NpgsqlDataSource>() is { } source)
        {
            parts["database"] = await GuardAsync(async ct =>
            {
                await using var ping = source.CreateCommand("select 1");
                await ping.ExecuteScalarAsync(ct);
                return null;
            }, deadline.Token);
            parts["bus"] = await GuardAsync(context.Bus.CheckAsync, deadline.Token);
        }
        var degraded = new List<string>();
        foreach (var check in http.RequestServices.GetServices<IReadinessCheck>())
            if ((parts[check.Name] = await GuardAsync(check.CheckAsync, deadline.Token)) != "ok" && !check.IsNeeded) degraded.Add(check.Name);
        var failing = parts.Where(p => p.Value != "ok").Select(p => p.Key).Except(degraded).ToList();
        var ready = failing.Count == 0;
        return Results.Json(new { status = ready ? "ready" : "not_ready", service = context.Facts.Service, parts, failing, degraded }, statusCode: ready ? 200 : 503);
    }

    private static async Task<string> GuardAsync(Func<CancellationToken, Task<string?>> check, CancellationToken ct)
    {
        try { return await check(ct) ?? "ok"; }
        catch (Exception e) when (e is NpgsqlException or HttpRequestException or TimeoutException or OperationCanceledException or InvalidOperationException or IOException) { return e.GetType().Name; }
    }
}
