using System.Threading.Channels;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Search;

/// <summary>One search as it is remembered, without who searched.</summary>
internal sealed record SearchNote(DateTimeOffset At, string? Place, string? Query, DateOnly? CheckIn, DateOnly? CheckOut, int Guests, int Results, double Milliseconds);

/// <summary>Notes searches beside the answer, in batches. When the database is slower than people search, notes are dropped, never answers.</summary>
internal sealed partial class SearchRecorder(NpgsqlDataSource source, ILogger<SearchRecorder> log) : BackgroundService
{
    private readonly Channel<SearchNote> notes = Channel.CreateBounded<SearchNote>(new BoundedChannelOptions(5_000) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Note(SearchNote note) => notes.Writer.TryWrite(note);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            while (await notes.Reader.WaitToReadAsync(stopping))
            {
                var batch = new List<SearchNote>();
                while (batch.Count < 500 && notes.Reader.TryRead(out var note)) batch.Add(note);
                try { await WriteAsync(batch, stopping); }
                catch (NpgsqlException e) { LogDropped(e, batch.Count); }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { }
    }

    private async Task WriteAsync(List<SearchNote> batch, CancellationToken ct)
    {
        await source.ExecuteAsync("""
            insert into search_analytics (searched_at, place, query, check_in, check_out, guests, results, milliseconds)
            select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::date[], $5::date[], $6::int[], $7::int[], $8::float8[])
            """,
            [batch.Select(n => n.At.ToUniversalTime()).ToArray(), batch.Select(n => n.Place).ToArray(), batch.Select(n => n.Query).ToArray(), batch.Select(n => n.CheckIn).ToArray(), batch.Select(n => n.CheckOut).ToArray(),
                batch.Select(n => n.Guests).ToArray(), batch.Select(n => n.Results).ToArray(), batch.Select(n => n.Milliseconds).ToArray()], ct);
        var places = batch.Where(n => n.Place is not null).GroupBy(n => n.Place!).ToList();
        if (places.Count == 0) return;
        await source.ExecuteAsync("""
            insert into popular_searches as p (place, searches, last_at) select * from unnest($1::text[], $2::bigint[], $3::timestamptz[])
            on conflict (place) do update set searches = p.searches + excluded.searches, last_at = excluded.last_at
            """, [places.Select(g => g.Key).ToArray(), places.Select(g => (long)g.Count()).ToArray(), places.Select(g => g.Max(n => n.At).ToUniversalTime()).ToArray()], ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} notes of searches were dropped")]
    private partial void LogDropped(Exception e, int count);
}
