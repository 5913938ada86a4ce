using EstoSpaces.Kernel.Hosting;
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

/// <summary>Whether a module can do its work: its database, the bus, and what it names itself. Answered within three seconds.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    public static async Task<bool> IsReadyAsync(IServiceProvider services, ModuleContext context, CancellationToken ct)
    {
        var (parts, degraded) = await PartsAsync(services, context, ct);
        return parts.All(p => p.Value == "ok" || degraded.Contains(p.Key));
    }

    /// <summary>"ok" or what is wrong, by the name of the part, and the parts that are wrong but not needed.</summary>
    public static async Task<(SortedDictionary<string, string> Parts, IReadOnlyList<string> Degraded)> PartsAsync(IServiceProvider services, ModuleContext context, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Within);
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (services.GetService<NpgsqlDataSource>() is { } source)
        {
            parts["database"] = await GuardAsync(async token =>
            {
                await using var ping = source.CreateCommand("select 1");
                await ping.ExecuteScalarAsync(token);
                return null;
            }, deadline.Token);
            parts["bus"] = await GuardAsync(context.Bus.CheckAsync, deadline.Token);
        }
        var degraded = new List<string>();
        foreach (var check in services.GetServices<IReadinessCheck>())
            if ((parts[check.Name] = await GuardAsync(check.CheckAsync, deadline.Token)) != "ok" && !check.IsNeeded) degraded.Add(check.Name);
        return (parts, degraded);
    }

    private static async Task<string> GuardAsync(Func<CancellationToken, Task<string?>> check, CancellationToken ct)
    {
        try { return await check(ct) ?? "ok"; }
        catch (Exception e) when (e is NpgsqlException or HttpRequestException or TimeoutException or OperationCanceledException or InvalidOperationException or IOException) { return e.GetType().Name; }
    }
}
