namespace EstoSpaces.Contracts;

/// <summary>Nights of a stay in listing-local calendar dates: <c>[CheckIn, CheckOut)</c>. The check-out day can be the next stay's check-in day.</summary>
public readonly record struct DateRange(DateOnly CheckIn, DateOnly CheckOut)
{
    public int Nights => CheckOut.DayNumber - CheckIn.DayNumber;
    public bool Overlaps(DateRange other) => CheckIn < other.CheckOut && other.CheckIn < CheckOut;
    public bool Contains(DateOnly night) => CheckIn <= night && night < CheckOut;

    public IEnumerable<DateOnly> EachNight()
    {
        for (var night = CheckIn; night < CheckOut; night = night.AddDays(1)) yield return night;
    }

    public override string ToString() => $"{CheckIn:yyyy-MM-dd}/{CheckOut:yyyy-MM-dd}";
}

/// <summary>Who comes. Infants (under two) don't count against the home's capacity; adults are those who pay person taxes.</summary>
public sealed record GuestParty(int Adults, int Children = 0, int Infants = 0, int Pets = 0)
{
    /// <summary>Adults and children: what capacity and the extra-guest fee count.</summary>
    public int Counted => Adults + Children;
}
