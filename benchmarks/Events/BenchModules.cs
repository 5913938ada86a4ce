using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.EventBench;

/// <summary>Publishes under the name of bookings: its outbox and relay are the Kernel's, as in the product.</summary>
public sealed class PublishingModule : IModule
{
    public const string Database = "bench_publisher";

    public ModuleFacts Facts { get; } = new("bookings", "booking-service", 8991) { Database = Database, Db = DbSeam.Of<BenchDb>() };
    public void AddServices(IServiceCollection services, ModuleContext context) { }
    public void Map(WebApplication app) { }
}

/// <summary>Listens as search does, and writes one row for each fact.</summary>
public sealed class ListeningModule : IModule
{
    public const string Database = "bench_listener";

    public ModuleFacts Facts { get; } = new("search", "search-service", 8992) { Database = Database, Db = DbSeam.Of<BenchDb>(), Hears = [ReactionSeam.To<NightsTaken, WriteNights>()] };
    public void AddServices(IServiceCollection services, ModuleContext context) { }
    public void Map(WebApplication app) { }
}

public sealed class BenchDb(DbContextOptions<BenchDb> options) : ModuleDb(options)
{
    protected override void MapModule(ModelBuilder model) { }
}

/// <summary>The reaction: one statement, and word of what is committed.</summary>
public sealed class WriteNights(BenchDb db) : IReaction<NightsTaken>
{
    private static int handled;

    public static int Handled => Volatile.Read(ref handled);

    /// <summary>Called with the entry of a fact whose effect is committed.</summary>
    public static Action<Guid>? Committed { get; set; }

    public static void Reset() => Volatile.Write(ref handled, 0);

    public async Task HandleAsync(NightsTaken fact, ReactionContext context, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"insert into effects (entry_id, property_id, start_date, end_date) values ({fact.EntryId}, {fact.PropertyId.Value}, {fact.Start}, {fact.End})", ct);
        context.AfterCommit(() =>
        {
            Committed?.Invoke(fact.EntryId);
            Interlocked.Increment(ref handled);
        });
    }
}
