using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Events;

/// <summary>A product of its own whose modules talk over a NATS server of its own.</summary>
public sealed class WithNats : IAsyncLifetime
{
    public NatsServerProcess Server { get; private set; } = null!;
    public TestProduct Product { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await NatsServerProcess.StartAsync();
        Product = await TestProduct.StartAsync(("NATS_URL", Server.Url));
    }

    public async Task DisposeAsync()
    {
        await Product.DisposeAsync();
        await Server.DisposeAsync();
    }
}

/// <summary>The way of a fact from outbox to effect over a real NATS, and what people can do when it was stuck or lost.</summary>
public sealed class NatsProductTests(WithNats with) : IClassFixture<WithNats>
{
    private const string ListingChanged = "estospaces.properties.listing_changed.v1";
    private readonly TestProduct product = with.Product;

    private NpgsqlDataSource Properties => product.Inside<NpgsqlDataSource>("properties");
    private NpgsqlDataSource Search => product.Inside<NpgsqlDataSource>("search");

    [Fact]
    public async Task A_fact_that_was_published_and_lost_with_the_servers_data_is_heard_all_the_same()
    {
        var before = await AnnouncedAsync();
        await HeardAsync(before);
        // Published a moment ago, and nobody heard it before the data went.
        var lost = await PublishedToNobodyAsync(before);
        await with.Server.KillAsync();
        with.Server.DeleteData();
        var meanwhile = await AnnouncedAsync(waits: true);
        await with.Server.UpAsync();
        await HeardAsync(lost);
        await HeardAsync(meanwhile);
        (await Search.QueryAsync("select count(*) from inbox where event_id = $1", [before], r => r.GetInt64(0), CancellationToken.None)).Single().ShouldBe(1);
    }

    [Fact]
    public async Task While_the_server_is_away_modules_are_not_ready_and_say_why_and_facts_wait_without_counting_attempts()
    {
        await HeardAsync(await AnnouncedAsync());
        await with.Server.KillAsync();
        using var client = product.ClientOf("search");
        var answer = await Until.HoldsAsync(async () => JsonDocument.Parse(await (await client.GetAsync("/ready")).Content.ReadAsStringAsync()).RootElement, r => r.GetProperty("status").GetString() == "not_ready", "not ready");
        answer.GetProperty("parts").GetProperty("bus").GetString()!.ShouldContain("NATS is away");
        answer.GetProperty("failing").EnumerateArray().Select(f => f.GetString()).ShouldBe(["bus"]);
        var waiting = await AnnouncedAsync(waits: true);
        (await Properties.QueryAsync("select attempts from outbox where id = $1", [waiting], r => r.GetInt32(0), CancellationToken.None)).Single().ShouldBeLessThanOrEqualTo(1);
        await with.Server.UpAsync();
        await HeardAsync(waiting);
        await Until.HoldsAsync(async () => (await client.GetAsync("/ready")).IsSuccessStatusCode, "ready again");
        (await (await client.GetAsync("/metrics")).Content.ReadAsStringAsync()).ShouldContain("estospaces_events_lag{module=\"search\",stream=\"estospaces_properties\"}");
    }

    [Fact]
    public async Task What_is_published_again_since_a_time_has_no_second_effect()
    {
        var heard = await AnnouncedAsync();
        await HeardAsync(heard);
        var since = (await Properties.QueryAsync("select occurred_at from outbox where id = $1", [heard], r => r.GetFieldValue<DateTimeOffset>(0), CancellationToken.None)).Single();
        (await ParkedEvents.ReplayAsync(Properties, since, DateTimeOffset.MaxValue, ListingChanged, CancellationToken.None)).ShouldBeGreaterThan(0);
        await Until.HoldsAsync(async () => (await Properties.QueryAsync("select count(*) from outbox where id = $1 and replay = 1 and published_at is not null", [heard], r => r.GetInt64(0), CancellationToken.None)).Single() == 1, "published again");
        await HeardAsync(await AnnouncedAsync());
        (await Search.QueryAsync("select count(*) from inbox where event_id = $1", [heard], r => r.GetInt64(0), CancellationToken.None)).Single().ShouldBe(1);
    }

    [Fact]
    public async Task A_parked_event_that_is_put_back_is_handled_and_one_that_fails_again_is_parked_again()
    {
        var sound = await EnvelopeAsync(await AnnouncedAsync());
        var broken = sound with { Id = Guid.CreateVersion7(), Data = JsonSerializer.SerializeToElement("no listing") };
        foreach (var envelope in new[] { sound with { Id = Guid.CreateVersion7() }, broken })
            await Search.ExecuteAsync("insert into inbox_failures (consumer, event_id, envelope, attempts, last_error, parked_at) values ('search', $1, $2::jsonb, 12, 'it was dark', now())",
                [envelope.Id, JsonSerializer.Serialize(envelope, Wire.Json)], CancellationToken.None);
        var parked = await ParkedEvents.ListAsync(Search, "search", CancellationToken.None);
        parked.Count.ShouldBe(2);
        foreach (var one in parked) (await ParkedEvents.PutBackAsync(Search, one, CancellationToken.None)).ShouldBeTrue();
        var left = await Until.HoldsAsync(() => ParkedEvents.ListAsync(Search, "search", CancellationToken.None), list => list.Count == 1 && list[0].Error != "it was dark", "one is handled, one failed again");
        left.Single().Id.ShouldBe(broken.Id);
        await HeardAsync(parked.Single(p => p.Id != broken.Id).Id);
        await Search.ExecuteAsync("delete from inbox_failures", [], CancellationToken.None);
    }

    [Fact]
    public async Task An_event_that_fails_among_others_fails_alone()
    {
        var sound = await EnvelopeAsync(await AnnouncedAsync());
        var events = Enumerable.Range(0, 7).Select(i => sound with { Id = Guid.CreateVersion7(), Data = i is 2 or 6 ? JsonSerializer.SerializeToElement("no listing") : sound.Data }).ToList();
        var outcomes = await product.Inside<InboxConsumer>("search").HandleAsync(events, CancellationToken.None);
        outcomes.Select(o => o is null).ShouldBe([true, true, false, true, true, true, false]);
        var entered = await Search.QueryAsync("select event_id from inbox where event_id = any($1)", [events.Select(e => e.Id).ToArray()], r => r.GetGuid(0), CancellationToken.None);
        entered.ShouldBe(events.Where((_, i) => i is not (2 or 6)).Select(e => e.Id), ignoreOrder: true);
        var failures = await Search.QueryAsync("select event_id, attempts from inbox_failures", [], r => (Id: r.GetGuid(0), Attempts: r.GetInt32(1)), CancellationToken.None);
        failures.ShouldBe([(events[2].Id, 1), (events[6].Id, 1)], ignoreOrder: true);
        await Search.ExecuteAsync("delete from inbox_failures", [], CancellationToken.None);
    }

    [Fact]
    public async Task Facts_older_than_the_retention_go_and_nothing_that_waits_does()
    {
        var old = await AnnouncedAsync();
        var young = await AnnouncedAsync();
        await Properties.ExecuteAsync("update outbox set occurred_at = now() - interval '31 days', published_at = now() - interval '31 days' where id = $1", [old], CancellationToken.None);
        await Properties.ExecuteAsync("insert into outbox (id, kind, type, subject, data, occurred_at, due_at) values (gen_random_uuid(), 'timer', 'some_day', 'x', '{}', now() - interval '99 days', now() + interval '9 days')", [], CancellationToken.None);
        await product.Inside<IEnumerable<IHostedService>>("properties").OfType<OutboxUpkeep>().Single().PruneAsync(CancellationToken.None);
        var left = await Properties.QueryAsync("select id, type from outbox", [], r => (Id: r.GetGuid(0), Type: r.GetString(1)), CancellationToken.None);
        left.ShouldNotContain(r => r.Id == old);
        left.ShouldContain(r => r.Id == young);
        left.ShouldContain(r => r.Type == "some_day");
    }

    /// <summary>Publishes a home; the id of the fact that tells of it.</summary>
    private async Task<Guid> AnnouncedAsync(bool waits = false)
    {
        var home = await product.NewHomeAsync();
        return (await Until.HoldsAsync(() => Properties.QueryAsync("select id from outbox where subject = $1 and type = $2 and (published_at is not null or $3)", [home.Id.ToString(), ListingChanged, waits], r => r.GetGuid(0), CancellationToken.None),
            rows => rows.Count > 0, "the fact is in the outbox"))[0];
    }

    private Task HeardAsync(Guid id) =>
        Until.HoldsAsync(async () => (await Search.QueryAsync("select count(*) from inbox where event_id = $1", [id], r => r.GetInt64(0), CancellationToken.None)).Single() == 1, $"search has heard {id}", seconds: 40);

    private async Task<Guid> PublishedToNobodyAsync(Guid like)
    {
        var id = Guid.CreateVersion7();
        await Properties.ExecuteAsync("insert into outbox (id, kind, type, subject, data, occurred_at, due_at, published_at) select $1, kind, type, subject, data, occurred_at, due_at, now() from outbox where id = $2", [id, like], CancellationToken.None);
        return id;
    }

    private async Task<EventEnvelope> EnvelopeAsync(Guid id) => (await Properties.QueryAsync("select type, subject, sequence, data::text, occurred_at from outbox where id = $1", [id], r => new EventEnvelope
    {
        Id = id, Source = "/estospaces/properties", Type = r.GetString(0), Subject = r.GetString(1), Sequence = r.GetInt64(2), Data = JsonDocument.Parse(r.GetString(3)).RootElement, Time = r.GetFieldValue<DateTimeOffset>(4),
    }, CancellationToken.None)).Single();
}
