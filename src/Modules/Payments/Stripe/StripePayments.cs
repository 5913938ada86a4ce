using System.Globalization;
using EstoSpaces.Contracts;

namespace EstoSpaces.Payments.Stripe;

/// <summary>Card payments: what a payment, an attempt or a refund of ours is in Stripe's terms. Idempotency keys are made from our ids, so that repeating after any crash finds what there is.</summary>
public sealed class StripePayments(StripeClient stripe, StripeSettings settings, WebPages pages) : IPaymentProvider
{
    public const string ProviderName = "stripe";

    public string Name => ProviderName;

    public async Task<Result<ProviderWord>> OpenAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        if (!settings.Configured) return PaymentRefusals.MethodUnavailable;
        if (attempt.ProviderId is not null) return await ReadAsync(payment, attempt, ct);
        return attempt.Kind is AttemptKind.Intent ? await OpenIntentAsync(payment, attempt, ct) : await OpenPageAsync(payment, attempt, ct);
    }

    private async Task<Result<ProviderWord>> OpenIntentAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        var form = Describe(new StripeForm()
            .Set("amount", StripeAmounts.ToStripe(payment.Amount))
            .Set("currency", payment.Currency.ToLowerInvariant())
            .Set("automatic_payment_methods[enabled]", "true"), "", payment, attempt);
        var reply = await stripe.CreateIntentAsync(form, $"payment-{payment.Id}-{attempt.Attempt}", ct);
        if (reply.Error?.Code == "amount_too_small") return PaymentRefusals.AmountTooSmall;
        return Word(attempt, Must(reply));
    }

    private async Task<Result<ProviderWord>> OpenPageAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        var form = Describe(new StripeForm()
            .Set("mode", "payment")
            .Set("line_items[0][price_data][currency]", payment.Currency.ToLowerInvariant())
            .Set("line_items[0][price_data][unit_amount]", StripeAmounts.ToStripe(payment.Amount))
            .Set("line_items[0][price_data][product_data][name]", Description(payment))
            .Set("line_items[0][quantity]", 1)
            .Set("client_reference_id", payment.BookingId.ToString())
            .Set("success_url", pages.AfterPayment(payment))
            .Set("cancel_url", pages.Checkout(payment))
            .Set("metadata[payment_id]", payment.Id.ToString())
            .Set("metadata[attempt]", attempt.Attempt), "payment_intent_data", payment, attempt);
        var reply = await stripe.CreateSessionAsync(form, $"payment-{payment.Id}-{attempt.Attempt}", ct);
        if (reply.Error?.Code == "amount_too_small") return PaymentRefusals.AmountTooSmall;
        var session = Must(reply);
        return new ProviderWord(attempt.Attempt, session.Id, ProviderStatus.RequiresPaymentMethod, Money.Zero(payment.Currency), RedirectUrl: session.Url);
    }

    public async Task<ProviderWord> ReadAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        var id = attempt.ProviderId ?? throw new InvalidOperationException($"attempt {attempt.Attempt} of {payment.Id} was not opened");
        return attempt.Kind is AttemptKind.Intent ? Word(attempt, Must(await stripe.GetIntentAsync(id, ct))) : await WordAsync(payment, attempt, Must(await stripe.GetSessionAsync(id, ct)), ct);
    }

    public async Task<ProviderWord> CloseAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        var id = attempt.ProviderId ?? throw new InvalidOperationException($"attempt {attempt.Attempt} of {payment.Id} was not opened");
        // Without a key of its own a second try could be answered with the refusal of the first, made while the payer was at his bank.
        var key = $"close-{payment.Id}-{attempt.Attempt}-{Guid.NewGuid():n}";
        if (attempt.Kind is AttemptKind.Page)
        {
            var session = await stripe.ExpireSessionAsync(id, key, ct);
            return session.Value is { } expired ? await WordAsync(payment, attempt, expired, ct) : await ReadAsync(payment, attempt, ct);
        }
        var reply = await stripe.CancelIntentAsync(id, key, ct);
        return reply.Value is { } closed ? Word(attempt, closed) : await ReadAsync(payment, attempt, ct);
    }

    /// <summary>Confirms an intent with a card from the server: for API clients and pages without scripts. Null with a refusal when the card is not one.</summary>
    public async Task<Result<ProviderWord>> ConfirmAsync(Payment payment, PaymentAttempt attempt, string paymentMethod, string? returnUrl, CancellationToken ct)
    {
        var form = new StripeForm().Set("payment_method", paymentMethod).Set("return_url", returnUrl ?? pages.AfterPayment(payment));
        var reply = await stripe.ConfirmIntentAsync(attempt.ProviderId!, form, $"confirm-{payment.Id}-{attempt.Attempt}-{Guid.NewGuid():n}", ct);
        return reply switch
        {
            { Value: { } intent } => Word(attempt, intent),
            { Error: { IsCard: true, PaymentIntent: { } intent } } => Word(attempt, intent),
            { Error: { Param: "payment_method" or "payment_method_data" } wrong } => PaymentRefusals.CardUnknown(wrong.Message ?? "There is no such card."),
            { Error: { IsCard: true } card } => PaymentRefusals.CardUnknown(card.Message ?? "There is no such card."),
            // Confirmed before, in another tab, or cancelled: where it stands is what counts.
            _ => await ReadAsync(payment, attempt, ct),
        };
    }

    public async Task<RefundWord> RefundAsync(Payment payment, PaymentAttempt paidBy, Refund refund, CancellationToken ct)
    {
        if (refund.ProviderId is { } known) return Word(Must(await stripe.GetRefundAsync(known, ct)));
        var intent = paidBy.Kind is AttemptKind.Intent ? paidBy.ProviderId : Must(await stripe.GetSessionAsync(paidBy.ProviderId!, ct)).PaymentIntentId;
        var form = new StripeForm()
            .Set("payment_intent", intent)
            .Set("amount", StripeAmounts.ToStripe(refund.Amount))
            .Set("metadata[refund_id]", refund.Id.ToString())
            .Set("metadata[payment_id]", payment.Id.ToString())
            .Set("metadata[booking_id]", payment.BookingId.ToString());
        var reply = await stripe.CreateRefundAsync(form, $"refund-{refund.Id}-{refund.Attempt}", ct);
        return reply.Value is { } made ? Word(made) : new RefundWord(RefundStatus.Failed, null, $"{reply.Error!.Code ?? reply.Error.Type}: {reply.Error.Message}");
    }

    public static ProviderWord Word(PaymentAttempt attempt, StripeIntent intent) => Word(attempt.Attempt, attempt.ProviderId ?? intent.Id, intent);

    public static ProviderWord Word(int attempt, string providerId, StripeIntent intent)
    {
        var currency = intent.Currency.ToUpperInvariant();
        var failure = intent.LastPaymentError is { } error ? new ProviderFailure(error.BestCode, error.Message ?? "The card was declined.", error.Reference) : null;
        return new ProviderWord(attempt, providerId, Status(intent.Status), new Money(StripeAmounts.FromStripe(intent.AmountReceived, currency), currency),
            failure, intent.NextAction?.RedirectToUrl?.Url, intent.ClientSecret);
    }

    public static RefundWord Word(StripeRefund refund) => refund.Status switch
    {
        "succeeded" => new RefundWord(RefundStatus.Succeeded, refund.Id),
        "failed" or "canceled" => new RefundWord(RefundStatus.Failed, refund.Id, refund.FailureReason ?? refund.Status),
        _ => new RefundWord(RefundStatus.Pending, refund.Id),
    };

    private async Task<ProviderWord> WordAsync(Payment payment, PaymentAttempt attempt, StripeSession session, CancellationToken ct)
    {
        // An expired page has a cancelled intent, or none; what its intent says counts only while the page is open or when it was paid.
        if (session.PaymentIntentId is { } intent)
        {
            var word = Word(attempt, Must(await stripe.GetIntentAsync(intent, ct)));
            if (session.Status != "expired" || word.Status is ProviderStatus.Succeeded or ProviderStatus.Processing) return word with { RedirectUrl = session.Url, ClientSecret = null };
        }
        var status = session.Status == "expired" ? ProviderStatus.Cancelled : ProviderStatus.RequiresPaymentMethod;
        return new ProviderWord(attempt.Attempt, session.Id, status, Money.Zero(payment.Currency), RedirectUrl: session.Url);
    }

    private static ProviderStatus Status(string status) => status switch
    {
        "succeeded" => ProviderStatus.Succeeded,
        "canceled" => ProviderStatus.Cancelled,
        "requires_action" => ProviderStatus.RequiresAction,
        "processing" or "requires_capture" => ProviderStatus.Processing,
        _ => ProviderStatus.RequiresPaymentMethod,
    };

    private static string Description(Payment payment) =>
        string.Create(CultureInfo.InvariantCulture, $"{payment.BookingReference} · {payment.PropertyTitle}, {payment.Quote.CheckIn:yyyy-MM-dd} – {payment.Quote.CheckOut:yyyy-MM-dd}");

    private static StripeForm Describe(StripeForm form, string within, Payment payment, PaymentAttempt attempt)
    {
        string Name(string field, string? key = null) => (within.Length == 0 ? field : $"{within}[{field}]") + (key is null ? "" : $"[{key}]");
        return form.Set(Name("description"), Description(payment))
            .Set(Name("metadata", "payment_id"), payment.Id.ToString())
            .Set(Name("metadata", "attempt"), attempt.Attempt)
            .Set(Name("metadata", "booking_id"), payment.BookingId.ToString())
            .Set(Name("metadata", "quote_hash"), payment.Quote.Hash);
    }

    /// <summary>What can only be refused through a mistake of ours.</summary>
    private static T Must<T>(StripeReply<T> reply) where T : class =>
        reply.Value ?? throw new InvalidOperationException($"Stripe refuses: {reply.Error?.Code ?? reply.Error?.Type}: {reply.Error?.Message}");
}
