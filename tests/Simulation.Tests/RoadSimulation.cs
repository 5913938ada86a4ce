using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Simulation.Tests;

/// <summary>
/// Guests book, pay, change their minds and are told things twice, while the clock jumps and database connections break in the middle of steps. When everything has come to rest no night was sold twice,
/// every booking has ended, every cent is where its booking says, and the card network agrees.
/// </summary>
public sealed class RoadSimulation
{
    [Theory]
    [InlineData(1)]
    [InlineData(20260904)]
    public async Task Whatever_happens_nights_and_money_are_right_in_the_end(int seed)
    {
        await using var world = await World.StartAsync();
        foreach (var round in Plan.Of(seed, 10))
        {
            var random = new Random(round.Seed);
            var moves = Task.WhenAll(round.Moves.Select(world.DoAsync));
            if (round.Storm) await Storm.RageAsync(world, random, moves);
            await moves;
            await world.TellAgainAsync(round.NewsAgain, random);
            world.Move(round.Later);
        }
        world.Made.ShouldBeGreaterThan(5, "a plan in which nothing is booked shows nothing");
        // Holds and requests lapse; then every stay is over and its dispute window too.
        world.Move(TimeSpan.FromHours(30));
        world.Move(TimeSpan.FromDays(30));
        try { await Until.HoldsAsync(() => Truth.FindingsAsync(world), findings => findings.Count == 0, "rest", 180); }
        catch (ShouldAssertException) { (await Truth.FindingsAsync(world)).ShouldBeEmpty($"seed {seed}"); }
    }
}
