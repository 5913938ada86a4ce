using System.Runtime.ExceptionServices;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// The bus of the embedded default. Durable by the outbox behind it: publishing succeeds only when every consumer has handled the event
/// (their inboxes drop what they had already), so a crash in between means delivery again, never loss. It keeps nothing.
/// </summary>
public sealed class InProcessBus : IEventBus
{
    private readonly List<(string Consumer, HashSet<string> Types, EventHandling Handle)> consumers = [];

    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <summary>Handlers run within the publication: as many as a module's pool of connections bears.</summary>
    public int AtOnce => 8;

    public void Publishes(string module) { }

    public void Subscribe(string consumer, IReadOnlyCollection<string> types, EventHandling handle) =>
        consumers.Add((consumer, types.ToHashSet(StringComparer.Ordinal), handle));

    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;
    public Task<string?> SettleAsync(string module, CancellationToken ct) => Task.FromResult<string?>(null);
    public bool IsSettled(string module) => true;
    public Task<bool> IsHeardAsync(string module, CancellationToken ct) => Task.FromResult(true);
    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
    public Task<string?> CheckAsync(CancellationToken ct) => Task.FromResult<string?>(null);
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task PublishAsync(EventEnvelope envelope, CancellationToken ct)
    {
        // Two instances of one consumer share the work: the first of them gets it.
        var deliveries = consumers.Where(c => c.Types.Contains(envelope.Type)).DistinctBy(c => c.Consumer).Select(c => Task.Run(() => c.Handle([envelope], ct), ct)).ToArray();
        foreach (var outcomes in await Task.WhenAll(deliveries))
            if (outcomes[0] is { } failed) ExceptionDispatchInfo.Throw(failed);
    }
}
