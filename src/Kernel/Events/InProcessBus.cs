using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// The bus of the embedded default. Durable by the outbox behind it: publishing succeeds only when every consumer has handled the event
/// (their inboxes drop what they had already), so a crash in between means delivery again, never loss. It keeps nothing but what waits for its handler.
/// </summary>
public sealed class InProcessBus : IEventBus
{
    private readonly List<Consumer> consumers = [];

    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <summary>Publications wait together for handlers that take many at once.</summary>
    public int AtOnce => 1024;

    public void Publishes(string module) { }

    public void Subscribe(string consumer, IReadOnlyCollection<string> types, EventHandling handle) => consumers.Add(new Consumer(consumer, types.ToHashSet(StringComparer.Ordinal), handle));

    public Task StartAsync(CancellationToken ct)
    {
        foreach (var consumer in consumers) consumer.Start();
        return Task.CompletedTask;
    }

    public Task<string?> SettleAsync(string module, CancellationToken ct) => Task.FromResult<string?>(null);
    public bool IsSettled(string module) => true;
    public Task<bool> IsHeardAsync(string module, CancellationToken ct) => Task.FromResult(true);
    public Task StopAsync(CancellationToken ct) => Task.WhenAll(consumers.Select(c => c.StopAsync(ct)));
    public Task<string?> CheckAsync(CancellationToken ct) => Task.FromResult<string?>(null);

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await StopAsync(deadline.Token);
    }

    public async Task PublishAsync(EventEnvelope envelope, CancellationToken ct)
    {
        // Two instances of one consumer share the work: the first of them gets it.
        var deliveries = consumers.Where(c => c.Types.Contains(envelope.Type)).DistinctBy(c => c.Name).Select(c => c.Take(envelope)).ToArray();
        foreach (var outcome in await Task.WhenAll(deliveries).WaitAsync(ct))
            if (outcome is not null) ExceptionDispatchInfo.Throw(outcome);
    }

    /// <summary>What waits for one consumer, and those who hand it over.</summary>
    private sealed class Consumer(string name, HashSet<string> types, EventHandling handle)
    {
        /// <summary>Handlers at once. A module's pool has 15 connections, and its requests need some.</summary>
        private const int Workers = 8;

        /// <summary>Facts that one call of the handler may get when many wait: they share a transaction.</summary>
        private const int MaxTogether = 64;
        private readonly Channel<(EventEnvelope Envelope, TaskCompletionSource<Exception?> Outcome)> waiting = Channel.CreateUnbounded<(EventEnvelope, TaskCompletionSource<Exception?>)>();
        private readonly CancellationTokenSource abandoning = new();
        private volatile bool stopped;
        private Task[] running = [];

        public string Name => name;
        public HashSet<string> Types => types;

        public void Start() => running = running.Length > 0 ? running : [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync))];

        /// <summary>Answers, when it was handled, null or why it failed.</summary>
        public Task<Exception?> Take(EventEnvelope envelope)
        {
            var outcome = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiting.Writer.TryWrite((envelope, outcome)) ? outcome.Task : Task.FromResult<Exception?>(Stopped());
        }

        public async Task StopAsync(CancellationToken ct)
        {
            await using var deadline = ct.Register(abandoning.Cancel);
            stopped = true;
            waiting.Writer.TryComplete();
            await Task.WhenAll(running);
            while (waiting.Reader.TryRead(out var left)) left.Outcome.TrySetResult(Stopped());
        }

        private async Task WorkAsync()
        {
            var facts = new List<(EventEnvelope Envelope, TaskCompletionSource<Exception?> Outcome)>(MaxTogether);
            while (true)
            {
                // Taken one by one: waiting for "something is there" would wake all workers for each fact.
                (EventEnvelope, TaskCompletionSource<Exception?>) first;
                try { first = await waiting.Reader.ReadAsync(); }
                catch (ChannelClosedException) { return; }
                facts.Clear();
                facts.Add(first);
                // With few waiting each gets a worker of its own, which is quickest; with many, sharing a transaction is.
                for (var more = Math.Min(MaxTogether - 1, waiting.Reader.Count / Workers); more > 0 && waiting.Reader.TryRead(out var next); more--) facts.Add(next);
                if (stopped)
                {
                    facts.ForEach(f => f.Outcome.TrySetResult(Stopped()));
                    continue;
                }
                var outcomes = await HandleAsync(facts.ConvertAll(f => f.Envelope));
                for (var i = 0; i < facts.Count; i++) facts[i].Outcome.TrySetResult(outcomes[i]);
            }
        }

        private async Task<IReadOnlyList<Exception?>> HandleAsync(List<EventEnvelope> envelopes)
        {
            try { return await handle(envelopes, abandoning.Token); }
            catch (Exception e) when (e is not OutOfMemoryException) { return [.. envelopes.Select(_ => e)]; }
        }

        private static BusAwayException Stopped() => new("the process is on its way out");
    }
}
