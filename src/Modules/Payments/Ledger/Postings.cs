using EstoSpaces.Contracts;

namespace EstoSpaces.Payments.Ledger;

/// <summary>Why money moved. The name stands in the ledger forever.</summary>
public enum PostingRule { PaymentReceived, RefundOwed, GoodwillOwed, RefundPaid, RefundBounced, StaySettled, HostCancellationFee, PayoutPaid, TreasuryPaid, EscrowDivided, RefundReduced }

/// <summary>The accounts. Each exists once per currency; a host's is his own.</summary>
public static class Accounts
{
    /// <summary>What the provider holds for us.</summary>
    public static string Clearing(string provider) => "clearing:" + provider;

    /// <summary>What guests have paid for stays that are not over: nobody's yet.</summary>
    public const string GuestFundsHeld = "guest_funds_held";

    /// <summary>What guests get back and the provider has not sent yet.</summary>
    public const string RefundsPayable = "refunds_payable";

    /// <summary>What the provider has paid out to the platform itself.</summary>
    public static string Treasury(string provider) => "treasury:" + provider;

    /// <summary>What rulings and other divisions of an escrow give to the platform (credit) or take from it, against what the terms say.</summary>
    public const string Divisions = "revenue:escrow_divisions";

    public const string GuestFees = "revenue:guest_fees";
    public const string HostFees = "revenue:host_fees";
    public const string CancellationFees = "revenue:cancellation_fees";
    public const string VatPayable = "vat_payable";
    public const string TaxPayable = "tax_payable";

    /// <summary>Refunds that the platform bears itself.</summary>
    public const string Goodwill = "expense:goodwill";

    /// <summary>What a host is owed; on the debit side, what he owes.</summary>
    public static string HostPayable(UserId host) => $"host_payable:{host}";
}

/// <summary>An amount that moves, with what a posting rule must know of it. For rules without components Parts is empty and AmountMinor counts.</summary>
public sealed record Movement(string Provider, UserId HostId, string Currency, MoneyParts Parts = default, long AmountMinor = 0, long HostFeeMinor = 0);

/// <summary>One line: a debit is positive, a credit negative.</summary>
public sealed record LedgerEntry(string Account, string Currency, long AmountMinor);

/// <summary>
/// How each movement is booked: the whole of the platform's bookkeeping in one table. Lines of zero are left out; a movement of nothing has no lines.
/// </summary>
public static class Postings
{
    private sealed record Line(Func<Movement, string> Account, Func<Movement, long> Amount);

    private static Line Debit(Func<Movement, string> account, Func<Movement, long> amount) => new(account, amount);
    private static Line Debit(string account, Func<Movement, long> amount) => new(_ => account, amount);
    private static Line Credit(Func<Movement, string> account, Func<Movement, long> amount) => new(account, m => -amount(m));
    private static Line Credit(string account, Func<Movement, long> amount) => new(_ => account, m => -amount(m));

    private static string Clearing(Movement m) => Accounts.Clearing(m.Provider);
    private static string Host(Movement m) => Accounts.HostPayable(m.HostId);

    private static readonly Dictionary<PostingRule, Line[]> Table = new()
    {
        [PostingRule.PaymentReceived] = [Debit(Clearing, m => m.Parts.Total), Credit(Accounts.GuestFundsHeld, m => m.Parts.Total)],
        [PostingRule.RefundOwed] = [Debit(Accounts.GuestFundsHeld, m => m.Parts.Total), Credit(Accounts.RefundsPayable, m => m.Parts.Total)],
        [PostingRule.GoodwillOwed] = [Debit(Accounts.Goodwill, m => m.AmountMinor), Credit(Accounts.RefundsPayable, m => m.AmountMinor)],
        [PostingRule.RefundPaid] = [Debit(Accounts.RefundsPayable, m => m.AmountMinor), Credit(Clearing, m => m.AmountMinor)],
        [PostingRule.RefundBounced] = [Debit(Clearing, m => m.AmountMinor), Credit(Accounts.RefundsPayable, m => m.AmountMinor)],
        [PostingRule.StaySettled] =
        [
            Debit(Accounts.GuestFundsHeld, m => m.Parts.Total),
            Credit(Host, m => m.Parts.HostSubtotal - m.HostFeeMinor), Credit(Accounts.HostFees, m => m.HostFeeMinor),
            Credit(Accounts.GuestFees, m => m.Parts.GuestFee), Credit(Accounts.VatPayable, m => m.Parts.GuestFeeVat), Credit(Accounts.TaxPayable, m => m.Parts.Tax),
        ],
        [PostingRule.HostCancellationFee] = [Debit(Host, m => m.AmountMinor), Credit(Accounts.CancellationFees, m => m.AmountMinor)],
        [PostingRule.PayoutPaid] = [Debit(Host, m => m.AmountMinor), Credit(Clearing, m => m.AmountMinor)],
        [PostingRule.TreasuryPaid] = [Debit(m => Accounts.Treasury(m.Provider), m => m.AmountMinor), Credit(Clearing, m => m.AmountMinor)],
        // The amount is what the host gets less than the terms say; below zero when it is more.
        [PostingRule.EscrowDivided] = [Debit(Host, m => m.AmountMinor), Credit(Accounts.Divisions, m => m.AmountMinor)],
        [PostingRule.RefundReduced] = [Debit(Accounts.RefundsPayable, m => m.AmountMinor), Credit(Accounts.Divisions, m => m.AmountMinor)],
    };

    public static IReadOnlyList<LedgerEntry> Lines(PostingRule rule, Movement movement) =>
    [
        .. from line in Table[rule]
           let amount = line.Amount(movement)
           where amount != 0
           select new LedgerEntry(line.Account(movement), movement.Currency, amount),
    ];
}
