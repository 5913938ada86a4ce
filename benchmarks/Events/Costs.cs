using System.Diagnostics;
using System.Globalization;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.EventBench;

/// <summary>
/// What a run cost, in numbers that another program on the same machine changes little: processor time of this process, of Postgres and of NATS, commits, bytes of the write-ahead log,
/// bytes allocated. Processor times are read from /proc and are zero elsewhere than on Linux.
/// </summary>
public sealed record Costs(double OurSeconds, double PostgresSeconds, double NatsSeconds, long Commits, long LogBytes, long Flushes, long Allocated)
{
    public static async Task<Costs> NowAsync(EmbeddedPostgres postgres, int nats)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("postgres"));
        // Sessions tell of their commits a second late at most, or when they are idle.
        var commits = (await source.QueryAsync("select sum(xact_commit)::bigint from pg_stat_database where datname = any($1)", [new[] { PublishingModule.Database, ListeningModule.Database }], r => r.GetInt64(0), default))[0];
        var log = (await source.QueryAsync("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn", [], r => (long)r.GetDecimal(0), default))[0];
        // PostgreSQL 18 counts flushes elsewhere.
        var flushes = (await source.QueryAsync("select coalesce((to_jsonb(w)->>'wal_sync')::bigint, 0) from pg_stat_wal w", [], r => r.GetInt64(0), default))[0];
        return new Costs(Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds, Tree(postgres.ProcessId), Tree(nats), commits, log, flushes, GC.GetTotalAllocatedBytes());
    }

    public string Since(Costs before, int facts)
    {
        var (ours, theirs, bus) = ((OurSeconds - before.OurSeconds) / facts * 1e6, (PostgresSeconds - before.PostgresSeconds) / facts * 1e6, (NatsSeconds - before.NatsSeconds) / facts * 1e6);
        return string.Create(CultureInfo.InvariantCulture, $"""
              a fact: processor time {ours + theirs + bus:F0} µs (ours {ours:F0}, Postgres {theirs:F0}, NATS {bus:F0}), {(double)(Commits - before.Commits) / facts:F2} commits, {(double)(Flushes - before.Flushes) / facts:F2} flushes, {(LogBytes - before.LogBytes) / facts} bytes of log, {(Allocated - before.Allocated) / facts / 1024.0:F1} KB allocated
            """);
    }

    /// <summary>Seconds of processor time of a process and its children, those that ended too.</summary>
    private static double Tree(int root)
    {
        var ticks = 0L;
        foreach (var folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                var stat = File.ReadAllText(folder + "/stat");
                var words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (pid != root && words[1] != root.ToString(CultureInfo.InvariantCulture)) continue;
                ticks += long.Parse(words[11], CultureInfo.InvariantCulture) + long.Parse(words[12], CultureInfo.InvariantCulture);
                if (pid == root) ticks += long.Parse(words[13], CultureInfo.InvariantCulture) + long.Parse(words[14], CultureInfo.InvariantCulture);
            }
            catch (IOException) { } // it ended in this moment
        }
        return ticks / 100.0;
    }

    /// <summary>The statements that took longest since the last call, with how often each was called for a fact.</summary>
    public static async Task<List<string>> StatementsAsync(EmbeddedPostgres postgres, int facts)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("postgres"));
        var lines = await source.QueryAsync("""
            select calls, total_exec_time + total_plan_time, wal_bytes::bigint, regexp_replace(left(query, 110), '\s+', ' ', 'g') from pg_stat_statements order by 2 desc limit 14
            """, [], r => string.Create(CultureInfo.InvariantCulture, $"  {(double)r.GetInt64(0) / facts:F3} calls, {r.GetDouble(1) / facts * 1000:F0} µs, {r.GetInt64(2) / facts} bytes a fact: {r.GetString(3)}"), default);
        await source.ExecuteAsync("select pg_stat_statements_reset()", [], default);
        return lines;
    }

    public static async Task WatchStatementsAsync(EmbeddedPostgres postgres)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("postgres"));
        await source.ExecuteAsync("create extension if not exists pg_stat_statements", [], default);
    }
}
