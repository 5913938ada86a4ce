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
        foreach (var check in http.RequestServices.GetServices<IReadinessCheck>()) parts[check.Name] = await GuardAsync(check.CheckAsync, deadline.Token);
        var ready = parts.Values.All(v => v == "ok");
        return Results.Json(new { status = ready ? "ready" : "not_ready", service = context.Facts.Service, parts, failing = parts.Where(p => p.Value != "ok").Select(p => p.Key) }, statusCode: ready ? 200 : 503);
    }

    private static async Task<string> GuardAsync(Func<CancellationToken, Task<string?>> check, CancellationToken ct)
    {
        try { return await check(ct) ?? "ok"; }
        catch (Exception e) when (e is NpgsqlException or HttpRequestException or TimeoutException or OperationCanceledException or InvalidOperationException or IOException) { return e.GetType().Name; }
    }
}
