namespace EstoSpaces.Notifications;

/// <summary>What a message is about. Mandatory ones are always mailed; the others can be turned off, also by one click in the mail.</summary>
public sealed record Template(string Name, string Category, bool Mandatory = true, bool EmailOnly = false, bool Secret = false);

/// <summary>Everything that can be sent.</summary>
public static class Templates
{
    public static readonly Template VerifyEmail = new("verify_email", "account", EmailOnly: true, Secret: true);
    public static readonly Template PasswordReset = new("password_reset", "account", EmailOnly: true, Secret: true);
    public static readonly Template PasswordChanged = new("password_changed", "account");
    public static readonly Template WalletLinked = new("wallet_linked", "account");
    public static readonly Template WalletUnlinked = new("wallet_unlinked", "account");
    public static readonly Template PayoutWalletChanged = new("payout_wallet_changed", "account");
    public static readonly Template Welcome = new("welcome", "tips", Mandatory: false);
    public static readonly Template BookingRequested = new("booking_requested", "bookings");
    public static readonly Template BookingDeclined = new("booking_declined", "bookings");
    public static readonly Template BookingConfirmedGuest = new("booking_confirmed_guest", "bookings");
    public static readonly Template BookingConfirmedHost = new("booking_confirmed_host", "bookings");
    public static readonly Template BookingCancelledGuest = new("booking_cancelled_guest", "bookings");
    public static readonly Template BookingCancelledHost = new("booking_cancelled_host", "bookings");
    public static readonly Template BookingExpired = new("booking_expired", "bookings");
    public static readonly Template PaymentReceived = new("payment_received", "payments");
    public static readonly Template PaymentFailed = new("payment_failed", "payments");
    public static readonly Template RefundIssued = new("refund_issued", "payments");
    public static readonly Template StayCompleted = new("stay_completed", "reminders", Mandatory: false);
    public static readonly Template ByHand = new("by_hand", "support");

    public static readonly IReadOnlyList<Template> All =
    [
        VerifyEmail, PasswordReset, PasswordChanged, WalletLinked, WalletUnlinked, PayoutWalletChanged, Welcome, BookingRequested, BookingDeclined, BookingConfirmedGuest, BookingConfirmedHost, BookingCancelledGuest, BookingCancelledHost, BookingExpired,
        PaymentReceived, PaymentFailed, RefundIssued, StayCompleted, ByHand,
    ];

    /// <summary>Categories with whether their mail can be turned off.</summary>
    public static readonly IReadOnlyList<(string Name, bool EmailMandatory)> Categories = [.. All.GroupBy(t => t.Category).Select(g => (g.Key, g.Any(t => t.Mandatory)))];
}
