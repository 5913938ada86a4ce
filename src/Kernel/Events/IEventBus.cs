namespace EstoSpaces.Kernel.Events;

/// <summary>
/// Carries facts between modules, at least once. Two implementations: in this process, and NATS JetStream.
/// <see cref="Subscribe"/> is called before anything is published; <see cref="StartAsync"/> after all modules have subscribed.
/// </summary>
public interface IEventBus : IAsyncDisposable
{
    /// <summary>Returns when the bus has taken responsibility for the event; throws when it has not, and the outbox will try again.</summary>
    Task PublishAsync(EventEnvelope envelope, CancellationToken ct);

    /// <summary>A durable consumer: gets every event of these types; one whose handler throws comes again.</summary>
    void Subscribe(string consumer, IReadOnlyCollection<string> types, Func<EventEnvelope, CancellationToken, Task> handle);

    Task StartAsync(CancellationToken ct);

    /// <summary>Whether it can carry facts right now; the text says what is wrong.</summary>
    Task<string?> CheckAsync(CancellationToken ct);
}
