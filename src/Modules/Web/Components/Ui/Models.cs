namespace EstoSpaces.Web.Components.Ui;

/// <summary>One picture. <paramref name="SmallUrl"/> is what cards show, <paramref name="Url"/> the full size.</summary>
public sealed record Photo(string Url, string Alt, string? SmallUrl = null);

/// <summary>What a search asks: also what the search pill shows.</summary>
public sealed record SearchValues(string? Place = null, DateOnly? CheckIn = null, DateOnly? CheckOut = null, int Adults = 0, int Children = 0, int Infants = 0, int Pets = 0)
{
    public int Guests => Adults + Children;
}

/// <summary>One row of a price: the amount in minor units; a discount is negative.</summary>
public sealed record PriceLine(string Label, long AmountMinor, string? Detail = null, bool Subtotal = false);

public enum RefundKind { Full, Part, None }

/// <summary>One stretch of the refund time line: what comes back, and until when (already written as words).</summary>
public sealed record RefundStep(RefundKind Kind, string Back, string When, bool Now = false);

/// <summary>One listing as a card shows it. Amounts are all-in totals for the dates asked, or the nightly "from" price without dates.</summary>
public sealed record ListingSummary(
    string Id, string Href, string Title, string Place, string Facts, IReadOnlyList<Photo> Photos,
    long? TotalMinor, string Currency, int Nights, double? Rating, int Reviews)
{
    public string? Badge { get; init; }
    public bool Saved { get; init; }
    public bool CanSave { get; init; } = true;
    public long? FromNightMinor { get; init; }
}

/// <summary>A listing on the map. <paramref name="Price"/> is short ("€1,031"), <paramref name="Total"/> exact.</summary>
public sealed record MapPin(string Id, double Lat, double Lng, string Price, string Title, string Href, string? Photo, string? Meta, string? Total, string? Caption);

/// <summary>A span of nights that cannot be booked, [From, To), and why: booked, blocked, held, closed.</summary>
public sealed record TakenNights(DateOnly From, DateOnly To, string Reason);

/// <summary>What the date picker must know of a listing.</summary>
public sealed record Availability(DateOnly Today, DateOnly Last, int MinNights, int MaxNights, IReadOnlyList<TakenNights> Taken);

public enum StepState { Done, Now, Todo, Bad }

public sealed record TimelineStep(StepState State, string Icon, string Title, string? Detail = null, string? When = null);

public sealed record NavLink(string Href, string Label, string? Icon = null, int? Count = null, bool Current = false);

public sealed record ChoiceOption(string Value, string Label, string? Detail = null, string? End = null, bool Disabled = false);

/// <summary>One column of a bar chart; <paramref name="Then"/> is the paler comparison.</summary>
public sealed record ChartBar(string Label, double Value, string Shown, double? Then = null);
