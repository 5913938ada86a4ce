using System.Collections.Concurrent;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Events;

/// <summary>The contract on a real nats-server, and what only a server that can die has to show.</summary>
public sealed class NatsBusTests : BusContract, IAsyncLifetime
{
    private NatsServerProcess server = null!;

    public async Task InitializeAsync() => server = await NatsServerProcess.StartAsync();
    public async Task DisposeAsync() => await server.DisposeAsync();

    protected override Task<IEventBus> AnotherBusAsync() => Task.FromResult<IEventBus>(new NatsBus(server.Options, NullLogger<NatsBus>.Instance));

    /// <summary>A bus that runs and on which search hears of confirmed bookings.</summary>
    private async Task<IEventBus> SearchBusAsync(ConcurrentQueue<EventEnvelope> heard)
    {
        var bus = await AnotherBusAsync();
        bus.Subscribe("search", [Confirmed], Into(heard));
        await bus.StartAsync(CancellationToken.None);
        return bus;
    }

    [Fact]
    public async Task A_consumer_that_comes_before_the_publisher_and_one_that_comes_long_after_hear_all()
    {
        var (early, late) = (new ConcurrentQueue<EventEnvelope>(), new ConcurrentQueue<EventEnvelope>());
        await using var listening = await SearchBusAsync(early);
        await Until.HoldsAsync(async () => await listening.CheckAsync(CancellationToken.None) is null, "the consumer stands");
        await using var publishing = await AnotherBusAsync();
        publishing.Publishes("bookings");
        await publishing.StartAsync(CancellationToken.None);
        await PublishAsync(publishing, Fact(Confirmed, "one"), Fact(Confirmed, "two"));
        await CountAsync(early, 2);
        await using var after = await AnotherBusAsync();
        after.Subscribe("payments", [Confirmed], Into(late));
        await after.StartAsync(CancellationToken.None);
        await CountAsync(late, 2);
    }

    [Fact]
    public async Task While_the_server_is_away_publishing_is_refused_at_once_and_the_check_says_so()
    {
        await using var bus = await AnotherBusAsync();
        await bus.StartAsync(CancellationToken.None);
        await PublishAsync(bus, Fact(Confirmed, "one"));
        await server.KillAsync();
        await Until.HoldsAsync(async () => await bus.CheckAsync(CancellationToken.None) is { } trouble && trouble.Contains("NATS is away"), "the bus knows");
        await Should.ThrowAsync<BusAwayException>(() => bus.PublishAsync(Fact(Confirmed, "two"), CancellationToken.None)).WaitAsync(JetStream.Patience);
        await Should.ThrowAsync<BusAwayException>(() => bus.SettleAsync("bookings", CancellationToken.None)).WaitAsync(JetStream.Patience);
        bus.IsSettled("bookings").ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_found_when_it_comes()
    {
        await server.KillAsync();
        var heard = new ConcurrentQueue<EventEnvelope>();
        await using var bus = await SearchBusAsync(heard);
        (await bus.CheckAsync(CancellationToken.None)).ShouldNotBeNull();
        await server.UpAsync();
        await PublishAsync(bus, Fact(Confirmed, "one"));
        await CountAsync(heard, 1);
        await Until.HoldsAsync(async () => await bus.CheckAsync(CancellationToken.None) is null, "all is well");
    }

    [Fact]
    public async Task Nothing_that_was_taken_is_lost_when_the_server_is_killed_and_started_again()
    {
        var heard = new ConcurrentQueue<EventEnvelope>();
        await using var bus = await SearchBusAsync(heard);
        var facts = Enumerable.Range(0, 400).Select(i => Fact(Confirmed, $"s{i % 40}", i / 40 + 1)).ToList();
        var publishing = Task.WhenAll(facts.GroupBy(f => f.Subject).Select(g => PublishAsync(bus, [.. g])));
        await CountAsync(heard, 20);
        await server.KillAsync();
        await server.UpAsync();
        await publishing;
        await Until.HoldsAsync(() => Task.FromResult(heard.Select(f => f.Id).Distinct().Count()), n => n == 400, "all are heard");
        foreach (var subject in heard.GroupBy(f => f.Subject)) subject.DistinctBy(f => f.Id).Select(f => f.Sequence).ShouldBeInOrder(SortDirection.Ascending, $"order of {subject.Key}");
    }

    [Fact]
    public async Task When_the_servers_data_is_deleted_streams_and_consumers_are_made_again_and_the_identity_tells()
    {
        var heard = new ConcurrentQueue<EventEnvelope>();
        await using var bus = await SearchBusAsync(heard);
        await PublishAsync(bus, Fact(Confirmed, "one"));
        await CountAsync(heard, 1);
        var before = await bus.SettleAsync("bookings", CancellationToken.None);
        (await bus.SettleAsync("bookings", CancellationToken.None)).ShouldBe(before);
        await server.KillAsync();
        server.DeleteData();
        await server.UpAsync();
        await PublishAsync(bus, Fact(Confirmed, "two"));
        await CountAsync(heard, 2);
        (await bus.SettleAsync("bookings", CancellationToken.None)).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_stream_deleted_under_our_feet_is_made_again()
    {
        var heard = new ConcurrentQueue<EventEnvelope>();
        await using var bus = await SearchBusAsync(heard);
        await PublishAsync(bus, Fact(Confirmed, "one"));
        await CountAsync(heard, 1);
        await DeleteStreamAsync();
        await PublishAsync(bus, Fact(Confirmed, "two"));
        await CountAsync(heard, 2);
    }

    [Fact]
    public async Task A_stream_is_not_made_again_while_the_server_may_still_be_deleting_it()
    {
        await using var bus = new NatsBus(server.Options with { DeletionTakes = TimeSpan.FromHours(1) }, NullLogger<NatsBus>.Instance);
        await bus.StartAsync(CancellationToken.None);
        await PublishAsync(bus, Fact(Confirmed, "one"));
        await DeleteStreamAsync();
        (await Should.ThrowAsync<BusAwayException>(() => bus.SettleAsync("bookings", CancellationToken.None))).Message.ShouldContain("was deleted");
        await using var stranger = await AnotherBusAsync();
        await stranger.StartAsync(CancellationToken.None);
        await PublishAsync(stranger, Fact(Confirmed, "two"));
        (await bus.SettleAsync("bookings", CancellationToken.None)).ShouldNotBeNull();
    }

    private async Task DeleteStreamAsync()
    {
        await using var client = new NatsClient(server.Options, NullLogger.Instance);
        client.Start();
        var link = await client.LinkAsync(CancellationToken.None);
        await link.AskAsync("STREAM.DELETE.estospaces_bookings", null, CancellationToken.None);
    }

    [Fact]
    public async Task When_one_instance_goes_the_other_takes_over_in_order_and_misses_nothing()
    {
        var heard = new ConcurrentQueue<EventEnvelope>();
        var first = await AnotherBusAsync();
        var stuck = new TaskCompletionSource();
        first.Subscribe("search", [Confirmed], async (fact, ct) =>
        {
            if (fact.Sequence == 3) await stuck.Task.WaitAsync(ct);
            heard.Enqueue(fact);
        });
        await first.StartAsync(CancellationToken.None);
        await using var second = await AnotherBusAsync();
        second.Subscribe("search", [Confirmed], Into(heard));
        await PublishAsync(first, [.. Enumerable.Range(1, 6).Select(n => Fact(Confirmed, "one", n))]);
        await CountAsync(heard, 2);
        await second.StartAsync(CancellationToken.None);
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await first.StopAsync(now.Token);
        await first.DisposeAsync();
        await CountAsync(heard, 6);
        heard.Select(f => f.Sequence).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task A_fact_published_twice_is_stored_once_but_a_replay_is_stored_again()
    {
        var heard = new ConcurrentQueue<EventEnvelope>();
        await using var bus = await SearchBusAsync(heard);
        var fact = Fact(Confirmed, "one");
        await PublishAsync(bus, fact, fact, fact with { Replay = 1 }, fact with { Replay = 1 }, Fact(Confirmed, "two"));
        await CountAsync(heard, 3);
        heard.Count(f => f.Id == fact.Id).ShouldBe(2);
    }
}
