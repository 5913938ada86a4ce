using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EstoSpaces.EventBench;

/// <summary>
/// What the same way costs by hand with nothing promised: a row committed in one database, a message of NATS without a stream, a row committed in the other. A crash anywhere loses the fact.
/// </summary>
public static class Bare
{
    public static async Task<Latency> SteadyAsync(NpgsqlDataSource from, NpgsqlDataSource to, NatsOptions nats, int perSecond, int seconds)
    {
        const string Table = "create table if not exists bare (id uuid primary key, body jsonb not null)", Insert = "insert into bare (id, body) values ($1, '{\"start\":\"2027-05-03\",\"end\":\"2027-05-08\",\"kind\":\"stay\"}')";
        foreach (var source in new[] { from, to }) await source.ExecuteAsync(Table, [], CancellationToken.None);
        await using var client = new NatsClient(nats, NullLogger.Instance);
        client.Start();
        var link = await client.LinkAsync(CancellationToken.None);
        using var subscription = link.Subscribe("bare", 1 << 16);
        Action<Guid>? done = null;
        var hearing = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (await subscription.Messages.WaitToReadAsync())
                while (subscription.Messages.TryRead(out var message))
                {
                    var id = new Guid(message.Data.Span);
                    await to.ExecuteAsync(Insert, [id], CancellationToken.None);
                    done?.Invoke(id);
                }
        }));
        Func<Guid, Action, Task> begin = async (id, at) =>
        {
            await using var connection = await from.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var insert = connection.Sql(Insert, id);
            await insert.ExecuteNonQueryAsync();
            at();
            await transaction.CommitAsync();
            await link.PublishAsync("bare", id.ToByteArray());
        };
        await Latency.OfSteadyAsync(perSecond, 2, follow => done = follow, begin); // warm
        var latency = await Latency.OfSteadyAsync(perSecond, seconds, follow => done = follow, begin);
        subscription.Dispose();
        await hearing;
        return latency;
    }
}
