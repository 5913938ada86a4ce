namespace EstoSpaces.Kernel.Events;

/// <summary>Handles events given together, none of which waits for another. Answers for each null, or why it failed: that one comes again. What it throws counts for all of them.</summary>
public delegate Task<IReadOnlyList<Exception?>> EventHandling(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct);

/// <summary>
/// Carries facts between modules, at least once, those of one subject in their order. Two implementations: in this process, and NATS JetStream.
/// <see cref="Publishes"/> and <see cref="Subscribe"/> are called before <see cref="StartAsync"/>.
/// </summary>
public interface IEventBus : IAsyncDisposable
{
    /// <summary>How many publications may usefully be on their way at once.</summary>
    int AtOnce { get; }

    /// <summary>This module publishes here: makes the place where its facts are kept, and sees to it.</summary>
    void Publishes(string module);

    /// <summary>A durable consumer: gets every event of these types; one whose handling fails comes again, and later ones of its subject wait for it. Several instances share the work.</summary>
    void Subscribe(string consumer, IReadOnlyCollection<string> types, EventHandling handle);

    /// <summary>Begins to deliver. Returns at once: a bus that is away is looked for in the background.</summary>
    Task StartAsync(CancellationToken ct);

    /// <summary>
    /// Finds the place where facts of a module are kept, makes it if it is not there, and answers its identity: when that is another than before, what was in it is lost and has to be published
    /// again. Null: nothing is kept. Needed before publishing whenever <see cref="IsSettled"/> says no. Throws <see cref="BusAwayException"/>.
    /// </summary>
    Task<string?> SettleAsync(string module, CancellationToken ct);

    /// <summary>Whether facts of this module can be published right now.</summary>
    bool IsSettled(string module);

    /// <summary>Whether everybody who listens has handled all that this module published until now. Throws <see cref="BusAwayException"/>.</summary>
    Task<bool> IsHeardAsync(string module, CancellationToken ct);

    /// <summary>Something changed that may make publishing possible.</summary>
    event Action? Changed;

    /// <summary>Returns when the bus has taken responsibility for the event. Throws <see cref="BusAwayException"/> when there is no bus now, and anything else when this event is refused; the outbox will try again.</summary>
    Task PublishAsync(EventEnvelope envelope, CancellationToken ct);

    /// <summary>Delivers nothing more and waits for the handlers that run. Publishing goes on until it is disposed.</summary>
    Task StopAsync(CancellationToken ct);

    /// <summary>Whether it can carry facts right now; the text says what is wrong.</summary>
    Task<string?> CheckAsync(CancellationToken ct);
}

/// <summary>The bus can't take facts now. It is nobody's fault and says nothing about the fact: it doesn't count as a failed attempt.</summary>
public sealed class BusAwayException(string message, Exception? inner = null) : IOException(message, inner);

public static class EventBusForms
{
    /// <summary>The form for handlers of one event at a time, which throw when they fail.</summary>
    public static void Subscribe(this IEventBus bus, string consumer, IReadOnlyCollection<string> types, Func<EventEnvelope, CancellationToken, Task> handle) =>
        bus.Subscribe(consumer, types, async (envelopes, ct) =>
        {
            var outcomes = new Exception?[envelopes.Count];
            for (var i = 0; i < outcomes.Length; i++)
                try { await handle(envelopes[i], ct); }
                catch (Exception e) when (e is not OutOfMemoryException) { outcomes[i] = e; }
            return outcomes;
        });
}
