using System.Text.Json;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>
/// What the registry knows, by heart: all of it at the start, then every few seconds what changed, checked by the registry's hash. What is known survives the registry: an error
/// changes nothing, and an instance that the registry merely does not list any more (it may have restarted with empty hands) is kept for a lease's time; only one that was cancelled or
/// evicted goes at once, and the last of a module not even then. Whether an address still answers is found out by using it. A module never seen is looked for at its fixed address.
/// </summary>
public sealed partial class RegistryDirectory(RegistryClient registry, IReadOnlyList<ModuleFacts> product, IDirectory otherwise, TimeProvider clock, ILogger log) : IDirectory, IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(3), UntilFirst = TimeSpan.FromSeconds(1), FirstWithin = TimeSpan.FromSeconds(3), LookWithin = TimeSpan.FromSeconds(2), KeepUnlisted = TimeSpan.FromSeconds(90), KeepLast = TimeSpan.FromMinutes(10);
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<(string App, string Id), FetchedInstance> listed = [];
    private readonly Dictionary<(string App, string Id), (FetchedInstance Instance, DateTimeOffset Until)> unlisted = [];
    private readonly Dictionary<string, (IReadOnlyList<Instance> Instances, DateTimeOffset At)> lastSeen = [];
    private volatile Dictionary<string, IReadOnlyList<Instance>> known = [];
    private bool hasAll, isAway;
    private long askedAt = long.MinValue;
    private Task? loop;

    public event Action? Changed;

    public IReadOnlyList<Instance> InstancesOf(string module) => known.TryGetValue(module, out var instances) ? instances : otherwise.InstancesOf(module);

    /// <summary>Fetches all, for three seconds at most, and then keeps itself up to date until it is disposed.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(FirstWithin);
        try { await RefreshAsync(deadline.Token); }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { LogAway(log, "no answer in time"); }
        loop = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (loop is not null) await loop;
        stop.Dispose();
    }

    /// <summary>Asks the registry once. Its absence is no error.</summary>
    public Task RefreshAsync(CancellationToken ct) => RefreshAsync(long.MaxValue, ct);

    public async Task LookAgainAsync(CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(LookWithin);
        try { await RefreshAsync(TimeProvider.System.GetTimestamp(), deadline.Token); }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return; }
    }

    /// <summary>Asks unless another's question, begun since <paramref name="goodSince"/>, was answered while this one waited for its turn.</summary>
    private async Task RefreshAsync(long goodSince, CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        try
        {
            if (askedAt >= goodSince) return;
            var begun = TimeProvider.System.GetTimestamp();
            await AskAsync(ct);
            askedAt = begun;
        }
        finally { turn.Release(); }
    }

    private async Task AskAsync(CancellationToken ct)
    {
        try
        {
            if (!hasAll) Replace(await registry.FetchAsync(delta: false, ct));
            else
            {
                var delta = await registry.FetchAsync(delta: true, ct);
                Apply(delta);
                if (delta.Hash != Fetched.HashOf(listed.Values.Select(i => i.Status))) Replace(await registry.FetchAsync(delta: false, ct));
            }
            hasAll = true;
            if (isAway) LogBack(log);
            isAway = false;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            if (!isAway) LogAway(log, e.Message);
            isAway = true;
        }
        Publish();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay((hasAll ? Every : UntilFirst) * (0.8 + Random.Shared.NextDouble() * 0.4), ct);
                await RefreshAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { return; }
    }

    private void Replace(Fetched all)
    {
        var until = clock.GetUtcNow() + KeepUnlisted;
        foreach (var (key, instance) in listed) unlisted[key] = (instance, until);
        listed.Clear();
        foreach (var instance in all.Instances)
        {
            listed[(instance.App, instance.Id)] = instance;
            unlisted.Remove((instance.App, instance.Id));
        }
    }

    private void Apply(Fetched delta)
    {
        foreach (var instance in delta.Instances)
        {
            var key = (instance.App, instance.Id);
            unlisted.Remove(key);
            if (instance.Deleted) listed.Remove(key);
            else listed[key] = instance;
        }
    }

    private void Publish()
    {
        var now = clock.GetUtcNow();
        foreach (var gone in unlisted.Where(u => u.Value.Until < now).Select(u => u.Key).ToList()) unlisted.Remove(gone);
        var next = new Dictionary<string, IReadOnlyList<Instance>>();
        var changed = false;
        foreach (var facts in product)
        {
            var instances = Of(facts, now);
            var before = known.GetValueOrDefault(facts.Name);
            if (before is not null && instances is not null && before.SequenceEqual(instances)) instances = before;
            if (instances is not null) next[facts.Name] = instances;
            changed |= !ReferenceEquals(before, instances);
        }
        if (!changed) return;
        known = next;
        Changed?.Invoke();
    }

    /// <summary>Those that are up; if there are none, those that say they are not, since they answer better than nobody; never those that an operator took out. Null when it was never seen.</summary>
    private IReadOnlyList<Instance>? Of(ModuleFacts facts, DateTimeOffset now)
    {
        var app = facts.Service.ToUpperInvariant();
        var all = listed.Values.Concat(unlisted.Values.Select(u => u.Instance)).Where(i => i.App == app && i.Address is not null).OrderBy(i => i.Id, StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            var working = all.FindAll(i => i.Status == "UP");
            if (working.Count == 0) working = all.FindAll(i => i.Status != "OUT_OF_SERVICE");
            var instances = working.ConvertAll(i => new Instance(i.Id, i.Address!));
            lastSeen[facts.Name] = (instances, now);
            return instances;
        }
        return lastSeen.TryGetValue(facts.Name, out var last) && now - last.At < KeepLast ? last.Instances : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registry does not answer ({Why}). What is known of the services is used on.")]
    private static partial void LogAway(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The registry answers again.")]
    private static partial void LogBack(ILogger log);
}
