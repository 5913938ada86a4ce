using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>The module's tables are written and read as rows, in SQL; the context gives the transaction and the outbox.</summary>
public sealed class NotificationsDb(DbContextOptions<NotificationsDb> options) : ModuleDb(options)
{
    protected override void MapModule(ModelBuilder model) { }

    /// <summary>The context's connection, open; inside its transaction if there is one.</summary>
    public async Task<NpgsqlConnection> ConnectionAsync(CancellationToken ct)
    {
        await Database.OpenConnectionAsync(ct);
        return (NpgsqlConnection)Database.GetDbConnection();
    }
}
