using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;

namespace EstoSpaces.Payments;

/// <summary>What a provider says of an attempt.</summary>
public enum ProviderStatus { RequiresPaymentMethod, RequiresAction, Processing, Succeeded, Cancelled }

/// <summary>Why a try failed. Reference names the try.</summary>
public sealed record ProviderFailure(string Code, string Message, string Reference);

/// <summary>The provider's word on an attempt: the only thing that moves a payment. PaidAt and TxHash are of a deposit: when and by which transaction it was made.</summary>
public sealed record ProviderWord(int Attempt, string ProviderId, ProviderStatus Status, Money Received, ProviderFailure? Failure = null, string? RedirectUrl = null, string? ClientSecret = null,
    DateTimeOffset? PaidAt = null, string? TxHash = null);

/// <summary>The provider's word on a refund. Status null: it does not know of one.</summary>
public sealed record RefundWord(RefundStatus Status, string? ProviderId, string? Failure = null, string? TxHash = null);

/// <summary>
/// A way of paying: by card (Stripe), from a wallet into Ethereum's escrow, and that of the sample data. All of it may be repeated safely, and throws
/// <see cref="HttpRequestException"/> when the provider's word can't be had.
/// </summary>
public interface IPaymentProvider
{
    /// <summary>As it stands in the payment's row.</summary>
    string Name { get; }

    /// <summary>Makes sure that the attempt is open at the provider; says where it stands.</summary>
    Task<Result<ProviderWord>> OpenAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct);

    /// <summary>Asks where an opened attempt stands.</summary>
    Task<ProviderWord> ReadAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct);

    /// <summary>Makes sure that no money can come by this attempt any more; when it has come already, that is the answer.</summary>
    Task<ProviderWord> CloseAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct);

    /// <summary>Makes sure that the refund is on its way.</summary>
    Task<RefundWord> RefundAsync(Payment payment, PaymentAttempt paidBy, Refund refund, CancellationToken ct);
}

/// <summary>Which provider a payment belongs to.</summary>
public sealed class PaymentProviders(IEnumerable<IPaymentProvider> providers)
{
    private readonly Dictionary<string, IPaymentProvider> byName = providers.ToDictionary(p => p.Name, StringComparer.Ordinal);

    public IPaymentProvider Of(Payment payment) => byName.TryGetValue(payment.Provider, out var provider) ? provider : throw new InvalidOperationException($"no provider {payment.Provider}");

    /// <summary>Who takes new payments of a method; null when nobody does here.</summary>
    public IPaymentProvider? For(PaymentMethod method) => byName.GetValueOrDefault(method is PaymentMethod.Card ? Stripe.StripePayments.ProviderName : Ethereum.EthereumPayments.ProviderName);
}

/// <summary>Payments of the sample data: no provider holds them. What is asked of it is done at once. Never there in production.</summary>
public sealed class SamplePayments : IPaymentProvider
{
    public const string ProviderName = "sample";

    public string Name => ProviderName;

    public Task<Result<ProviderWord>> OpenAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct) => Task.FromResult<Result<ProviderWord>>(Word(payment, attempt));

    public Task<ProviderWord> ReadAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct) => Task.FromResult(Word(payment, attempt));

    public Task<ProviderWord> CloseAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct) => Task.FromResult(Word(payment, attempt));

    public Task<RefundWord> RefundAsync(Payment payment, PaymentAttempt paidBy, Refund refund, CancellationToken ct) => Task.FromResult(new RefundWord(RefundStatus.Succeeded, $"re_sample_{refund.Id.Value:n}"));

    private static ProviderWord Word(Payment payment, PaymentAttempt attempt) => new(attempt.Attempt, attempt.ProviderId ?? $"pi_sample_{payment.Id.Value:n}", ProviderStatus.Succeeded, payment.Amount);
}
