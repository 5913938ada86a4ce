using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Bookings;

/// <summary>How long things may take, from HOLD_MINUTES, COMPLETION_GRACE_HOURS and DISPUTE_WINDOW_HOURS.</summary>
public sealed record BookingTerms(TimeSpan HoldFor, TimeSpan CompletionGrace, TimeSpan DisputeWindow)
{
    /// <summary>A host answers a request within this, and before check-in.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A guest whose request was accepted need not be awake at that moment: he pays within this, and before check-in.</summary>
    public TimeSpan PayAcceptedWithin { get; init; } = TimeSpan.FromHours(24);

    /// <summary>A hold waits this long, once, for a payment that is on its way: far more than a deposit needs to be deep enough.</summary>
    public TimeSpan PaymentArrivesWithin { get; init; } = TimeSpan.FromMinutes(30);

    public static BookingTerms Of(Settings settings) => new(
        TimeSpan.FromMinutes(settings.Int("HOLD_MINUTES")), TimeSpan.FromHours(settings.Int("COMPLETION_GRACE_HOURS")), TimeSpan.FromHours(settings.Int("DISPUTE_WINDOW_HOURS")));
}
