using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Search.Index;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Search;

/// <summary>Another replica of search, on the same database, which hears no event by itself.</summary>
public sealed class ReplicaTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private async Task<(IndexKeeping Keeping, ListingIndex Index)> StartReplicaAsync()
    {
        var index = new ListingIndex(product.Product.Topology.Settings);
        var keeping = new IndexKeeping(product.Inside<NpgsqlDataSource>("search"), index, NullLogger<IndexKeeping>.Instance);
        await keeping.StartAsync(CancellationToken.None);
        return (keeping, index);
    }

    private static bool Knows(ListingIndex index, Home home) => index.Read(all => all.Any(l => l.Snapshot.Id == home.Id));

    private static bool IsFree(ListingIndex index, Home home, DateOnly from, DateOnly to) => index.Read(all => all.Any(l => l.Snapshot.Id == home.Id && l.IsFree(from.DayNumber, to.DayNumber)));

    [Fact]
    public async Task What_one_replica_was_told_the_others_know()
    {
        var (keeping, index) = await StartReplicaAsync();
        var home = await product.NewHomeAsync();
        await Until.HoldsAsync(() => Task.FromResult(Knows(index, home)), "a home that was published is known to the other replica");

        var from = DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(200);
        var source = product.Inside<NpgsqlDataSource>("search");
        var entry = Guid.CreateVersion7();
        await source.ExecuteAsync("insert into search_taken_nights (entry_id, property_id, first_night, end_date) values ($1, $2, $3, $4)", [entry, home.Id.Value, from, from.AddDays(3)], CancellationToken.None);
        await source.ExecuteAsync("select pg_notify('search_index', $1)", [home.Id.ToString()], CancellationToken.None);
        await Until.HoldsAsync(() => Task.FromResult(!IsFree(index, home, from, from.AddDays(1))), "nights that were taken are taken at the other replica");
        IsFree(index, home, from.AddDays(3), from.AddDays(5)).ShouldBeTrue();
        await keeping.StopAsync(CancellationToken.None);
    }
}
