using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Search.Index;

/// <summary>Fills the index from the tables before the first request is taken. Nights come first, so that no listing appears free that is not; an event in between is newer and wins by its version.</summary>
internal sealed class IndexLoading(NpgsqlDataSource source, ListingIndex index) : IHostedService
{
    public async Task StartAsync(CancellationToken ct)
    {
        var nights = await source.QueryAsync("select property_id, entry_id, first_night, end_date from search_taken_nights where end_date >= current_date - 2", [],
            r => (Property: new PropertyId(r.GetGuid(0)), Entry: r.GetGuid(1), Start: r.GetFieldValue<DateOnly>(2), End: r.GetFieldValue<DateOnly>(3)), ct);
        foreach (var (property, entry, start, end) in nights) index.Take(property, entry, start, end);
        var documents = await source.QueryAsync("select document::text from search_indices", [], r => r.GetString(0), ct);
        foreach (var snapshot in documents.AsParallel().Select(d => JsonSerializer.Deserialize<ListingSnapshot>(d, Wire.Json)!)) index.Put(snapshot);
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
