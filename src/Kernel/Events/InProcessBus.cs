namespace EstoSpaces.Kernel.Events;

/// <summary>
/// The bus of the embedded default. Durable by the outbox behind it: publishing succeeds only when every consumer has handled the event
/// (their inboxes drop what they had already), so a crash in between means delivery again, never loss.
/// </summary>
public sealed class InProcessBus : IEventBus
{
    private readonly List<(string Consumer, HashSet<string> Types, Func<EventEnvelope, CancellationToken, Task> Handle)> consumers = [];

    public void Subscribe(string consumer, IReadOnlyCollection<string> types, Func<EventEnvelope, CancellationToken, Task> handle) =>
        consumers.Add((consumer, types.ToHashSet(StringComparer.Ordinal), handle));

    public Task StartAsync(CancellationToken ct) => Task.CompletedTask;
    public Task<string?> CheckAsync(CancellationToken ct) => Task.FromResult<string?>(null);
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task PublishAsync(EventEnvelope envelope, CancellationToken ct)
    {
        var deliveries = consumers.Where(c => c.Types.Contains(envelope.Type)).Select(c => Task.Run(() => c.Handle(envelope, ct), ct)).ToArray();
        await Task.WhenAll(deliveries);
    }
}
