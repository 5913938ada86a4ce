using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Notifications;

/// Owns what people are told: templates in their language, the queue that delivers them by mail, SMS, push and in the application, preferences, and the record of every attempt.
/// Learns from the events of the others; nobody has to ask it to send something.
/// Refuses to own why something happened, and to be on the way of anything: a vendor that is down delays messages, never a booking.
public sealed class NotificationsModule : IModule
{
    public ModuleFacts Facts { get; } = new("notifications", "notification-service", 8085)
    {
        Database = "estospaces_notifications",
        Db = DbSeam.Of<NotificationsDb>(),
        Serves = ["/api/v1/notifications"],
        Hears =
        [
            ReactionSeam.To<AccountRegistered, OnAccountRegistered>(), ReactionSeam.To<ProfileChanged, OnProfileChanged>(), ReactionSeam.To<AccountErased, OnAccountErased>(),
            ReactionSeam.To<EmailVerificationRequested, OnEmailVerificationRequested>(), ReactionSeam.To<PasswordResetRequested, OnPasswordResetRequested>(), ReactionSeam.To<PasswordChanged, OnPasswordChanged>(),
            ReactionSeam.To<WalletLinked, OnWalletLinked>(), ReactionSeam.To<WalletUnlinked, OnWalletUnlinked>(), ReactionSeam.To<PayoutWalletChanged, OnPayoutWalletChanged>(),
            ReactionSeam.To<BookingHeld, OnBookingHeld>(), ReactionSeam.To<BookingRequested, OnBookingRequested>(), ReactionSeam.To<BookingDeclined, OnBookingDeclined>(),
            ReactionSeam.To<BookingConfirmed, OnBookingConfirmed>(), ReactionSeam.To<BookingExpired, OnBookingExpired>(), ReactionSeam.To<BookingCancelled, OnBookingCancelled>(),
            ReactionSeam.To<StayCompleted, OnStayCompleted>(),
            ReactionSeam.To<InvoiceIssued, OnInvoiceIssued>(), ReactionSeam.To<PaymentFailed, OnPaymentFailed>(), ReactionSeam.To<RefundSucceeded, OnRefundSucceeded>(),
        ],
        Calls = [ClientSeam.To<UsersClient>("users")],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<WebLinks>();
        services.AddSingleton<UnsubscribeTokens>();
        services.AddSingleton<CourierBell>();
        services.AddSingleton<AccountLetters>();
        services.AddSingleton<WalletLetters>();
        services.AddSingleton<BookingLetters>();
        services.AddSingleton<PaymentLetters>();
        services.AddScoped<Contacts>();
        services.AddScoped<BookingCards>();
        services.AddScoped<Preferences>();
        services.AddScoped<PostOffice>();
        Vendors.Register(services, context.Settings);
        services.AddHostedService<WriteCatalogue>();
        services.AddHostedService<Courier>();
    }

    public void Map(WebApplication app)
    {
        var own = app.MapDoor("/api/v1/notifications").RequireAuthorization(Policies.User).WithTags("notifications");
        ListNotifications.Map(own);
        ReadNotifications.Map(own);
        OwnPreferences.Map(own);
        OwnDevices.Map(own);
        Unsubscribe.Map(app.MapDoor("/api/v1/notifications").WithTags("notifications"));

        var admin = app.MapDoor("/api/v1/notifications").RequireAuthorization(Policies.Admin).WithTags("notifications");
        SendByHand.Map(admin);
        ListDeliveries.Map(admin);
        SendByHand.Map(app.MapInternalDoor("/internal/notifications"), named: false);
    }
}
