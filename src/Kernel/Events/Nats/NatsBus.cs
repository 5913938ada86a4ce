using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Contracts;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// The bus between processes: NATS JetStream. A fact is published when the stream of its module has stored it. The outbox behind it is the truth: what NATS loses is published again
/// (<see cref="SettleAsync"/> tells by the stream's identity). See docs/events.md.
/// </summary>
public sealed class NatsBus : IEventBus
{
    private readonly NatsOptions options;
    private readonly NatsClient client;
    private readonly ILogger log;
    private readonly string instance = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():n}";
    private readonly List<NatsConsumer> consumers = [];
    private readonly List<string> sources = [];
    private readonly ConcurrentDictionary<string, NatsLink> settled = new(StringComparer.Ordinal);
    private readonly Meter meter = new("EstoSpaces.Nats");
    private readonly CancellationTokenSource stopping = new();
    private Task measuring = Task.CompletedTask;

    public NatsBus(NatsOptions options, ILogger<NatsBus> log)
    {
        (this.options, this.log) = (options, log);
        client = new NatsClient(options, log);
        client.Connected += () =>
        {
            if (client.Reconnects > 0) BusMetrics.Reconnects.Add(1);
            Changed?.Invoke();
        };
        meter.CreateObservableGauge("estospaces_events_lag", () => Measure(r => r.Pending), description: "Facts in a stream that a module has not been given yet");
        meter.CreateObservableGauge("estospaces_events_unacknowledged", () => Measure(r => r.AckPending), description: "Facts given to a module and not handled yet");
        meter.CreateObservableGauge("estospaces_events_redelivered", () => Measure(r => r.Redelivered), description: "Facts given to a module again that it has not handled yet");
        meter.CreateObservableGauge("estospaces_nats_connected", () => client.Link is null ? 0 : 1, description: "1 while there is a connection to NATS");
    }

    public event Action? Changed;

    /// <summary>Acknowledgements are waited for together; the stream takes tens of thousands a second this way and a thousand one by one.</summary>
    public int AtOnce => 256;

    /// <summary>Connections made after the first.</summary>
    public long Reconnects => client.Reconnects;

    public void Publishes(string module) => sources.Add(module);

    public void Subscribe(string consumer, IReadOnlyCollection<string> types, EventHandling handle) => consumers.Add(new NatsConsumer(client, options, consumer, types, handle, instance, log));

    public Task StartAsync(CancellationToken ct)
    {
        client.Start();
        foreach (var consumer in consumers) consumer.Start();
        measuring = MeasureAsync();
        return Task.CompletedTask;
    }

    public async Task<string?> SettleAsync(string module, CancellationToken ct)
    {
        if (client.Link is not { } link) throw Away();
        try
        {
            var identity = await Streams.EnsureAsync(link, module, options, own: sources.Contains(module), ct);
            settled[module] = link;
            return identity;
        }
        catch (Exception e) when (e is NatsException or TimeoutException) { throw new BusAwayException($"NATS keeps no facts of {module} now: {e.Message}", e); }
    }

    public bool IsSettled(string module) => settled.TryGetValue(module, out var link) && link.IsAlive;

    public async Task<bool> IsHeardAsync(string module, CancellationToken ct)
    {
        if (client.Link is not { } link) throw Away();
        try
        {
            var list = await link.AskAsync($"CONSUMER.LIST.{Streams.NameOf(module)}", null, ct);
            return list["consumers"] is JsonArray all && all.All(c => c is not null && (long?)c["num_pending"] == 0 && (long?)c["num_ack_pending"] == 0);
        }
        catch (Exception e) when (e is NatsException or TimeoutException) { throw new BusAwayException($"NATS does not say who heard what of {module}: {e.Message}", e); }
    }

    public async Task PublishAsync(EventEnvelope envelope, CancellationToken ct)
    {
        var module = Streams.SourceOf(envelope.Type);
        if (!settled.TryGetValue(module, out var link) || !link.IsAlive) throw client.Link is null ? Away() : new BusAwayException($"where facts of {module} are kept is not known yet");
        var id = envelope.Replay == 0 ? envelope.Id.ToString() : $"{envelope.Id}.{envelope.Replay}";
        try
        {
            await link.StoreAsync(envelope.Type, JsonSerializer.SerializeToUtf8Bytes(envelope, Wire.Json), NatsProtocol.Headers(("Nats-Msg-Id", id)), ct);
            BusMetrics.Published.Add(1, new KeyValuePair<string, object?>("module", module));
        }
        catch (Exception e) when (e is NatsDisconnectedException or NatsNoRespondersException or TimeoutException or JetStreamException { Code: 503 })
        {
            settled.TryRemove(KeyValuePair.Create(module, link));
            BusMetrics.Refused.Add(1, new KeyValuePair<string, object?>("module", module));
            throw new BusAwayException($"NATS did not confirm: {e.Message}", e);
        }
    }

    public Task StopAsync(CancellationToken ct) => Task.WhenAll(consumers.Select(c => c.StopAsync(ct)));

    public Task<string?> CheckAsync(CancellationToken ct)
    {
        if (client.Link is null) return Task.FromResult<string?>($"NATS is away: {client.Trouble}");
        var deaf = consumers.SelectMany(c => c.Readings).FirstOrDefault(r => r.Trouble is not null);
        return Task.FromResult(deaf is null ? null : $"{deaf.Consumer} does not hear {deaf.Source}: {deaf.Trouble}");
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await measuring;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await StopAsync(deadline.Token);
        meter.Dispose();
        await client.DisposeAsync();
    }

    private IEnumerable<Measurement<long>> Measure(Func<StreamReading, long> what) =>
        consumers.SelectMany(c => c.Readings).Select(r => new Measurement<long>(what(r), new KeyValuePair<string, object?>("module", r.Consumer), new KeyValuePair<string, object?>("stream", Streams.NameOf(r.Source))));

    private async Task MeasureAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
                if (client.Link is { } link)
                    foreach (var reading in consumers.SelectMany(c => c.Readings)) await reading.MeasureAsync(link, stopping.Token);
        }
        catch (OperationCanceledException) { }
    }

    private BusAwayException Away() => new($"NATS is away: {client.Trouble}");
}
