using System.Collections.Concurrent;
using System.Text.Json;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Events;

/// <summary>What modules may rely on, whichever bus carries their facts. Publishes as the relay does: again until the bus takes it.</summary>
public abstract class BusContract
{
    protected const string Confirmed = "estospaces.bookings.booking_confirmed.v1", Cancelled = "estospaces.bookings.booking_cancelled.v1", Paid = "estospaces.payments.payment_succeeded.v1";

    /// <summary>A bus on the same place as the others of this test, as another process has it.</summary>
    protected abstract Task<IEventBus> AnotherBusAsync();

    protected static EventEnvelope Fact(string type, string subject, long sequence = 1, Guid? id = null) => new()
    {
        Id = id ?? Guid.CreateVersion7(), Source = "/estospaces/tests", Type = type, Subject = subject, Time = DateTimeOffset.UnixEpoch, Sequence = sequence, Data = JsonSerializer.SerializeToElement(new { sequence }),
    };

    protected static async Task PublishAsync(IEventBus bus, params EventEnvelope[] facts)
    {
        foreach (var fact in facts)
            await Until.HoldsAsync(async () =>
            {
                try
                {
                    var module = fact.Type.Split('.')[1];
                    if (!bus.IsSettled(module)) await bus.SettleAsync(module, CancellationToken.None);
                    await bus.PublishAsync(fact, CancellationToken.None);
                    return true;
                }
                catch (BusAwayException) { return false; }
                catch (NotYetException) { return false; } // a handler of the test that fails on purpose, where it runs within the publication
            }, $"{fact.Type} is published");
    }

    protected static Func<EventEnvelope, CancellationToken, Task> Into(ConcurrentQueue<EventEnvelope> heard) => (fact, _) =>
    {
        heard.Enqueue(fact);
        return Task.CompletedTask;
    };

    protected static Task CountAsync(ConcurrentQueue<EventEnvelope> heard, int count) => Until.HoldsAsync(() => Task.FromResult(heard.Count), n => n >= count, $"{count} events are heard");

    [Fact]
    public async Task Every_consumer_hears_every_fact_of_its_types_and_no_other()
    {
        await using var bus = await AnotherBusAsync();
        var (payments, search) = (new ConcurrentQueue<EventEnvelope>(), new ConcurrentQueue<EventEnvelope>());
        bus.Subscribe("payments", [Cancelled], Into(payments));
        bus.Subscribe("search", [Confirmed, Cancelled, Paid], Into(search));
        await bus.StartAsync(CancellationToken.None);
        var (a, b, c) = (Fact(Confirmed, "one"), Fact(Cancelled, "one", 2), Fact(Paid, "one"));
        await PublishAsync(bus, a, b, c);
        await CountAsync(search, 3);
        await CountAsync(payments, 1);
        search.Select(f => f.Id).ShouldBe([a.Id, b.Id, c.Id], ignoreOrder: true);
        payments.Single().Id.ShouldBe(b.Id);
        var heard = payments.Single();
        (heard.Type, heard.Subject, heard.Sequence, heard.Source, heard.Data.GetProperty("sequence").GetInt64()).ShouldBe((b.Type, b.Subject, 2L, b.Source, 2L));
    }

    [Fact]
    public async Task A_fact_whose_handling_fails_comes_again_until_it_succeeds()
    {
        await using var bus = await AnotherBusAsync();
        var attempts = 0;
        var heard = new ConcurrentQueue<EventEnvelope>();
        bus.Subscribe("payments", [Confirmed], (fact, _) =>
        {
            if (Interlocked.Increment(ref attempts) < 4) throw new NotYetException();
            heard.Enqueue(fact);
            return Task.CompletedTask;
        });
        await bus.StartAsync(CancellationToken.None);
        await PublishAsync(bus, Fact(Confirmed, "one"));
        await CountAsync(heard, 1);
        attempts.ShouldBe(4);
    }

    [Fact]
    public async Task Facts_of_one_subject_are_handled_in_their_order_also_when_one_of_them_fails_at_first()
    {
        await using var bus = await AnotherBusAsync();
        var heard = new ConcurrentQueue<EventEnvelope>();
        var failures = new ConcurrentDictionary<string, int>();
        bus.Subscribe("search", [Confirmed, Cancelled], (fact, _) =>
        {
            if (fact.Sequence == 2 && failures.AddOrUpdate(fact.Subject, 1, (_, n) => n + 1) < 3) throw new NotYetException();
            heard.Enqueue(fact);
            return Task.CompletedTask;
        });
        await bus.StartAsync(CancellationToken.None);
        var subjects = Enumerable.Range(0, 20).Select(i => $"subject-{i}").ToList();
        await Task.WhenAll(subjects.Select(s => PublishAsync(bus, [.. Enumerable.Range(1, 5).Select(n => Fact(n % 2 == 0 ? Cancelled : Confirmed, s, n))])));
        await CountAsync(heard, 100);
        foreach (var subject in subjects) heard.Where(f => f.Subject == subject).Select(f => f.Sequence).ShouldBe([1, 2, 3, 4, 5], $"order of {subject}");
    }

    [Fact]
    public async Task A_fact_that_fails_holds_up_only_its_own_subject()
    {
        await using var bus = await AnotherBusAsync();
        var heard = new ConcurrentQueue<EventEnvelope>();
        var mended = false;
        bus.Subscribe("search", [Confirmed], (fact, _) =>
        {
            if (fact.Subject == "broken" && !Volatile.Read(ref mended)) throw new NotYetException();
            heard.Enqueue(fact);
            return Task.CompletedTask;
        });
        await bus.StartAsync(CancellationToken.None);
        var broken = PublishAsync(bus, Fact(Confirmed, "broken"));
        await PublishAsync(bus, [.. Enumerable.Range(0, 30).Select(i => Fact(Confirmed, $"sound-{i}"))]);
        await CountAsync(heard, 30);
        heard.ShouldAllBe(f => f.Subject != "broken");
        Volatile.Write(ref mended, true);
        await broken;
        await CountAsync(heard, 31);
    }

    [Fact]
    public async Task Two_instances_of_one_consumer_share_the_facts_and_neither_is_missed()
    {
        await using var first = await AnotherBusAsync();
        await using var second = await AnotherBusAsync();
        var heard = new ConcurrentQueue<EventEnvelope>();
        first.Subscribe("search", [Confirmed], Into(heard));
        second.Subscribe("search", [Confirmed], Into(heard));
        await first.StartAsync(CancellationToken.None);
        await second.StartAsync(CancellationToken.None);
        await PublishAsync(first, [.. Enumerable.Range(0, 50).Select(i => Fact(Confirmed, $"s{i}"))]);
        await CountAsync(heard, 50);
        await PublishAsync(first, Fact(Confirmed, "last"));
        await CountAsync(heard, 51);
        heard.Select(f => f.Id).ShouldBeUnique();
        heard.Count.ShouldBe(51);
    }

    [Fact]
    public async Task Stopping_waits_for_the_handler_that_runs()
    {
        await using var bus = await AnotherBusAsync();
        var (entered, leave, left) = (new TaskCompletionSource(), new TaskCompletionSource(), false);
        bus.Subscribe("search", [Confirmed], async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
            left = true;
        });
        await bus.StartAsync(CancellationToken.None);
        var published = PublishAsync(bus, Fact(Confirmed, "one"));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var stopped = Task.WhenAll(bus.StopAsync(CancellationToken.None), published);
        stopped.IsCompleted.ShouldBeFalse();
        leave.SetResult();
        await stopped.WaitAsync(TimeSpan.FromSeconds(60));
        left.ShouldBeTrue();
    }
}

/// <summary>What a handler of these tests fails with on purpose.</summary>
public sealed class NotYetException() : Exception("not yet");

public sealed class InProcessBusTests : BusContract
{
    private readonly InProcessBus bus = new();
    protected override Task<IEventBus> AnotherBusAsync() => Task.FromResult<IEventBus>(bus);
}
