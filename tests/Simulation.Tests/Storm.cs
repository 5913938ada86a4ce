using Npgsql;

namespace EstoSpaces.Simulation.Tests;

/// <summary>Cuts database connections of bookings and payments again and again: whatever step was on its way breaks off in the middle, as in a crash.</summary>
internal static class Storm
{
    public static async Task RageAsync(World world, Random random, Task until)
    {
        await using var connection = await world.Product.Inside<NpgsqlDataSource>("users").OpenConnectionAsync();
        using var gust = new PeriodicTimer(TimeSpan.FromMilliseconds(20 + random.Next(60)));
        while (!until.IsCompleted && await gust.WaitForNextTickAsync())
        {
            await using var cut = new NpgsqlCommand("""
                select count(pg_terminate_backend(pid)) from pg_stat_activity
                where datname in ('estospaces_bookings', 'estospaces_payments') and pid <> pg_backend_pid() and random() < $1
                """, connection) { Parameters = { new() { Value = random.NextDouble() * 0.4 } } };
            await cut.ExecuteScalarAsync();
        }
    }
}
