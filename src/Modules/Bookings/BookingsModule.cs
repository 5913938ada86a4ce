using EstoSpaces.Bookings.Reactions;
using EstoSpaces.Bookings.Slices;
using EstoSpaces.Bookings.Timers;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Bookings;

/// <summary>
/// Owns the calendar of every listing, holds, requests, bookings with their frozen quotes and history, and (as a table so far) viewings. It decides when a night is sold and when it is free again.
/// It prices nothing (properties make the quote, the Kernel computes refunds from it), moves no money (payments listen to what it says and tell it what was paid),
/// and writes to nobody (notifications listen). Nobody calls it for work but gateway and web; payments may ask what is due.
/// </summary>
public sealed class BookingsModule : IModule
{
    public ModuleFacts Facts { get; } = new("bookings", "booking-service", 8083)
    {
        Database = "estospaces_bookings",
        Db = DbSeam.Of<BookingsDb>(),
        Serves = ["/api/v1/bookings", "/api/v1/availability"],
        Hears =
        [
            ReactionSeam.To<PaymentSucceeded, OnPaymentSucceeded>(),
            ReactionSeam.To<PaymentProcessing, OnPaymentProcessing>(),
            ReactionSeam.To<PaymentCancelledByPayer, OnPaymentCancelledByPayer>(),
            ReactionSeam.To<PaymentDisputed, OnPaymentDisputed>(),
            ReactionSeam.To<PaymentDivided, OnPaymentDivided>(),
            ReactionSeam.To<ListingChanged, OnListingChanged>(),
            ReactionSeam.To<ProfileChanged, OnProfileChanged>(),
        ],
        Timers = [TimerSeam.Of<ExpireUnpaidBookings>(), TimerSeam.Of<ExpireUnansweredRequests>(), TimerSeam.Of<OpenCheckIns>(), TimerSeam.Of<CompleteStays>()],
        Calls = [ClientSeam.To<PropertiesClient>("properties"), ClientSeam.To<UsersClient>("users")],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton(BookingTerms.Of(context.Settings));
        services.AddSingleton<NewBookings>();
        services.AddScoped<BookingSteps>();
        services.AddScoped<BookingLapses>();
        services.AddTransient<KnownPeople>();
        services.AddTransient<KnownListings>();
        services.AddTransient<BookingViews>();
    }

    public void Map(WebApplication app)
    {
        var bookings = app.MapDoor("/api/v1/bookings").RequireAuthorization(Policies.User).WithTags("bookings");
        CreateBooking.Map(bookings);
        ListBookings.Map(bookings);
        GetBooking.Map(bookings);
        ChangeBooking.Map(bookings);
        AcceptBooking.Map(bookings);
        DeclineBooking.Map(bookings);
        CancelBooking.Map(bookings);
        PreviewCancellation.Map(bookings);
        GetBookingHistory.Map(bookings);
        GetBookingCalendarFile.Map(bookings);

        var availability = app.MapDoor("/api/v1/availability").WithTags("availability");
        GetAvailability.Map(availability);
        ChangeAvailability.Map(availability);

        GetDue.Map(app.MapInternalDoor("/internal/bookings"));
        if (!app.Services.GetRequiredService<Settings>().IsProduction) SeedBookings.Map(app.MapInternalDoor());
    }
}
