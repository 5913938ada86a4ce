using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Payments.Documents;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Ledger;
using EstoSpaces.Payments.Reactions;
using EstoSpaces.Payments.Slices;
using EstoSpaces.Payments.Stripe;
using EstoSpaces.Payments.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Payments;

/// <summary>
/// Owns money: payments and what is open for them at the provider, refunds, invoices, payouts and the double-entry ledger.
/// It refuses to own prices (the frozen quote says what is due, and what a cancellation gives back) and bookings (it says that money came;
/// what becomes of the booking is decided there). A payment moves only by what its provider says. Stripe is known in Stripe/, the escrow in Ethereum/, and nowhere else.
/// </summary>
public sealed class PaymentsModule : IModule
{
    public ModuleFacts Facts { get; } = new("payments", "payment-service", 8084)
    {
        Database = "estospaces_payments",
        Db = DbSeam.Of<PaymentsDb>(),
        Serves = ["/api/v1/payments", "/api/v1/invoices", "/api/v1/payouts", "/api/v1/ledger", "/api/v1/webhooks/stripe"],
        Hears =
        [
            ReactionSeam.To<BookingConfirmed, OnBookingConfirmed>(), ReactionSeam.To<BookingCancelled, OnBookingCancelled>(), ReactionSeam.To<BookingExpired, OnBookingExpired>(),
            ReactionSeam.To<LatePaymentRefused, OnLatePaymentRefused>(), ReactionSeam.To<StayCompleted, OnStayCompleted>(),
            ReactionSeam.To<EscrowSeen, OnEscrowSeen>(), ReactionSeam.To<EscrowGone, OnEscrowGone>(), ReactionSeam.To<EscrowConfirmed, OnEscrowConfirmed>(),
            ReactionSeam.To<EscrowCancelled, OnEscrowCancelled>(), ReactionSeam.To<EscrowDisputed, OnEscrowDisputed>(), ReactionSeam.To<EscrowSettled, OnEscrowSettled>(),
        ],
        Timers = [TimerSeam.Of<ReconcileOpenPayments>(), TimerSeam.Of<CancelOpenIntents>(), TimerSeam.Of<SendRefunds>(), TimerSeam.Of<ReleasePayouts>(), TimerSeam.Of<ReleaseEscrows>()],
        Calls = [ClientSeam.To<BookingsClient>("bookings"), ClientSeam.To<UsersClient>("users"), ClientSeam.To<BlockchainClient>("blockchain")],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        var stripe = StripeSettings.From(context.Settings);
        services.AddSingleton(stripe);
        services.AddSingleton<WebPages>();
        services.AddSingleton<IReadinessCheck, StripeReadiness>();
        services.AddHttpClient<StripeClient>(http => StripeClient.Configure(http, stripe))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(3), UseCookies = false, AllowAutoRedirect = false });
        services.AddScoped<StripePayments>();
        services.AddScoped<IPaymentProvider>(provider => provider.GetRequiredService<StripePayments>());
        if (!context.Settings.IsProduction) services.AddScoped<IPaymentProvider, SamplePayments>();
        services.AddScoped<EthereumPayments>();
        services.AddScoped<IPaymentProvider>(provider => provider.GetRequiredService<EthereumPayments>());
        services.AddScoped<WalletPairs>();
        services.AddScoped<EscrowOutcomes>();
        services.AddScoped<EscrowDesk>();
        services.AddSingleton<EscrowCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<EscrowCheck>());
        services.AddScoped<PaymentProviders>();
        services.AddScoped<StartedPayments>();
        services.AddScoped<LedgerBook>();
        services.AddHostedService<LedgerCheck>();
        services.AddScoped<InvoiceDesk>();
        services.AddScoped<PaymentTruth>();
        services.AddScoped<AttemptDesk>();
        services.AddScoped<RefundDesk>();
        services.AddScoped<PaymentViews>();
        services.AddScoped<ReceiveStripeWebhook>();
    }

    public void Map(WebApplication app)
    {
        var payments = app.MapDoor("/api/v1/payments").RequireAuthorization(Policies.User).WithTags("payments");
        StartPayment.Map(payments);
        ListPayments.Map(payments);
        ReadWays.Map(payments);
        GetPayment.Map(payments);
        ConfirmPayment.Map(payments);
        OpenCheckoutPage.Map(payments);
        RefundPayment.Map(payments);
        Invoices.Map(app.MapDoor("/api/v1/invoices").RequireAuthorization(Policies.User).WithTags("invoices"));
        ListPayouts.Map(app.MapDoor("/api/v1/payouts").RequireAuthorization(Policies.User).WithTags("payouts"));
        ReadLedger.MapAdmin(app.MapDoor("/api/v1/ledger").RequireAuthorization(Policies.Admin).WithTags("ledger"));
        ReceiveStripeWebhook.Map(app.MapDoor("/api/v1/webhooks").WithTags("webhooks"));

        var inside = app.MapInternalDoor();
        ReadLedger.MapInternal(inside);
        if (!app.Services.GetRequiredService<Settings>().IsProduction) SeedPayments.Map(inside);
    }

    private sealed class StripeReadiness(StripeSettings stripe) : IReadinessCheck
    {
        public string Name => "stripe";

        public Task<string?> CheckAsync(CancellationToken ct) => Task.FromResult(!stripe.Configured ? "STRIPE_SECRET_KEY is not set" : string.IsNullOrEmpty(stripe.WebhookSecret) ? "STRIPE_WEBHOOK_SECRET is not set" : null);
    }
}
