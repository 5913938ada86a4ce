using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>Which of several replicas reads the chain and sends: whoever holds an advisory lock on a connection of its own. It goes with the connection, so a process that dies leaves it at once.</summary>
public sealed class ChainLease(NpgsqlDataSource source) : IAsyncDisposable
{
    private const long Key = 0x4573746F_45746865;
    private NpgsqlConnection? connection;

    /// <summary>Whether this process leads now. Throws <see cref="NpgsqlException"/> when the database is away.</summary>
    public async Task<bool> HoldAsync(CancellationToken ct)
    {
        if (connection is not null)
        {
            try
            {
                await using var alive = connection.Sql("select 1");
                await alive.ExecuteScalarAsync(ct);
                return true;
            }
            catch (NpgsqlException)
            {
                await DisposeAsync();
                throw;
            }
        }
        var candidate = await source.OpenConnectionAsync(ct);
        await using (var take = candidate.Sql("select pg_try_advisory_lock($1)", Key))
            if (await take.ExecuteScalarAsync(ct) is true)
            {
                connection = candidate;
                return true;
            }
        await candidate.DisposeAsync();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (connection is not { } held) return;
        connection = null;
        try
        {
            // The connection goes back to the pool: the lock must not go with it.
            await using var release = held.Sql("select pg_advisory_unlock_all()");
            await release.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException) { } // the server is away, and the lock with it
        await held.DisposeAsync();
    }
}
