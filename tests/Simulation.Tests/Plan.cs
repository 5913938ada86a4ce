namespace EstoSpaces.Simulation.Tests;

/// <summary>What somebody does. Which booking, home, guest or card is meant is drawn with the plan, not when it is done: one seed is one plan.</summary>
internal enum Deed { Book, StartPaying, Pay, PayByBadCard, CancelAsGuest, CancelAsHost, Accept, Decline }

internal sealed record Move(Deed Deed, int Guest, int Home, int Day, int Nights, int Booking, string Key);

/// <summary>Moves made at once, then a jump of the clock, old news told again in any order, and whether database connections are cut meanwhile.</summary>
internal sealed record Round(IReadOnlyList<Move> Moves, TimeSpan Later, int NewsAgain, bool Storm, int Seed);

internal static class Plan
{
    public const int Guests = 3, Homes = 3;

    public static List<Round> Of(int seed, int rounds)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rounds).Select(round => new Round(
            [.. Enumerable.Range(0, 5).Select(i => new Move(Draw(random, round), random.Next(Guests), random.Next(Homes), random.Next(12), random.Next(1, 5), random.Next(1000), $"{seed}-{round}-{i}"))],
            random.Next(4) switch { 0 => TimeSpan.FromMinutes(16), 1 => TimeSpan.FromMinutes(5), 2 => TimeSpan.FromHours(random.Next(1, 30)), _ => TimeSpan.Zero },
            random.Next(6), random.Next(2) == 0, random.Next()))];
    }

    /// <summary>Everybody books at first; then they pay, change their minds and book what others gave up.</summary>
    private static Deed Draw(Random random, int round) => round == 0 ? Deed.Book : random.Next(16) switch
    {
        < 5 => Deed.Book,
        5 => Deed.StartPaying,
        < 10 => Deed.Pay,
        10 => Deed.PayByBadCard,
        11 => Deed.CancelAsGuest,
        12 => Deed.CancelAsHost,
        13 => Deed.Decline,
        _ => Deed.Accept,
    };
}
