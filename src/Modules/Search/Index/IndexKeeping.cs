using System.Diagnostics;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Search.Index;

/// <summary>
/// Fills the index from the tables before the first request is taken, and keeps it right when another replica heard the event: that one tells by Postgres' NOTIFY, in the
/// transaction of the change, which listing's rows are others now. After a break everything is read anew.
/// </summary>
internal sealed partial class IndexKeeping(NpgsqlDataSource source, ListingIndex index, ILogger<IndexKeeping> log) : BackgroundService
{
    private const string Channel = "search_index";
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50), GatherForMost = TimeSpan.FromMilliseconds(250), SignOfLife = TimeSpan.FromSeconds(20), Rest = TimeSpan.FromSeconds(1);
    private readonly HashSet<PropertyId> changed = [];
    private NpgsqlConnection? line;

    /// <summary>Every replica is to read this listing's rows again, once this transaction is committed.</summary>
    public static Task TellAsync(SearchDb db, PropertyId id, CancellationToken ct) => db.Database.ExecuteSqlAsync($"select pg_notify({Channel}, {id.ToString()})", ct);

    public override async Task StartAsync(CancellationToken ct)
    {
        await ListenAsync(ct);
        await ReadAsync(null, ct);
        await base.StartAsync(ct);
    }

    public override async Task StopAsync(CancellationToken ct)
    {
        await base.StopAsync(ct);
        await HangUpAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (line is null)
                {
                    await ListenAsync(stopping);
                    await ReadAsync(null, stopping);
                }
                if (!await line!.WaitAsync(SignOfLife, stopping)) await SayAsync(line, stopping);
                // What comes together is read together. While changes never stop coming they are read all the same.
                var began = Stopwatch.GetTimestamp();
                while (changed.Count is > 0 and < 1000 && Stopwatch.GetElapsedTime(began) < GatherForMost && await line.WaitAsync(Gather, stopping)) { }
                if (changed.Count == 0) continue;
                PropertyId[] ids = [.. changed];
                changed.Clear();
                await ReadAsync(ids, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever it was: an index that nobody keeps any more would be wrong for ever, and one that is read anew is right.
                LogLost(e.Message);
                await HangUpAsync();
                await Task.Delay(Rest, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Listens first and reads then: what changes in between is told.</summary>
    private async Task ListenAsync(CancellationToken ct)
    {
        line = await source.OpenConnectionAsync(ct);
        line.Notification += (_, told) => { if (PropertyId.TryParse(told.Payload, out var id)) changed.Add(id); };
        await SayAsync(line, ct);
    }

    /// <summary>Said again it changes nothing, and shows that the line is alive.</summary>
    private static async Task SayAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var listen = new NpgsqlCommand($"listen {Channel}", connection) { CommandTimeout = 5 };
        await listen.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Nights come first, so that no listing appears free that is not; a document in between is newer and wins by its version.</summary>
    private async Task ReadAsync(PropertyId[]? only, CancellationToken ct)
    {
        var ids = only?.Select(id => id.Value).ToArray();
        var nights = await source.QueryAsync("""
            select property_id, entry_id, first_night, end_date from search_taken_nights where end_date >= current_date - 2 and ($1::uuid[] is null or property_id = any($1))
            """, [(object?)ids ?? DBNull.Value], r => (Property: new PropertyId(r.GetGuid(0)), Entry: r.GetGuid(1), Start: r.GetFieldValue<DateOnly>(2), End: r.GetFieldValue<DateOnly>(3)), ct);
        var taken = nights.ToLookup(n => n.Property, n => (n.Entry, n.Start, n.End));
        foreach (var id in taken.Select(t => t.Key).Union(only ?? index.Known)) index.TakeOnly(id, [.. taken[id]]);
        var documents = await source.QueryAsync("select document::text from search_indices where $1::uuid[] is null or property_id = any($1)", [(object?)ids ?? DBNull.Value], r => r.GetString(0), ct);
        foreach (var snapshot in documents.AsParallel().Select(d => JsonSerializer.Deserialize<ListingSnapshot>(d, Wire.Json)!)) index.Put(snapshot);
    }

    private async Task HangUpAsync()
    {
        if (line is not { } old) return;
        line = null;
        NpgsqlConnection.ClearPool(old); // given back it would go on listening
        await old.DisposeAsync();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The index hears of no changes by other replicas: {Why}. It is read anew when the database answers")]
    private partial void LogLost(string why);
}
