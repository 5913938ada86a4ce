using System.Numerics;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Web.Calls;
using EstoSpaces.Web.Components.Ui;
using EstoSpaces.Web.Text;

namespace EstoSpaces.Web.Showing;

/// <summary>One step of the money's way through the contract. Hash: the transaction that did it, when there is one.</summary>
public sealed record EscrowStep(StepState State, string Icon, string Title, string? Detail = null, string? When = null, string? Hash = null);

/// <summary>An escrow in words: where the money is, what happened on the chain and what will, for its guest or its host.</summary>
public static class Escrows
{
    /// <summary>A payment from a wallet with its escrow, the chain it is on, and what the contract owes this side's wallet.</summary>
    public static async Task<(PaymentView Payment, ChainStatus? Chain, WalletBalance? Owed)> LookAsync(Api api, PaymentView payment, bool host)
    {
        var (whole, chain) = (api.GetAsync<PaymentView>($"/api/v1/payments/{payment.Id}"), api.GetAsync<ChainStatus>("/api/v1/blockchain/status"));
        if ((await whole) is { Refused: false, Value: { } found }) payment = found;
        var status = (await chain) is { Refused: false, Value: { } answered } ? answered : null;
        if (payment.Escrow is not { } escrow || escrow.State is EscrowState.Awaited or EscrowState.Lapsed) return (payment, status, null);
        var balance = await api.GetAsync<WalletBalance>($"/api/v1/blockchain/wallets/{(host ? escrow.HostWallet : escrow.GuestWallet)}/balance");
        return (payment, status, balance.Refused ? null : balance.Value);
    }

    public static string Tone(EscrowView escrow, bool refunding = false) => refunding ? "warn" : escrow.State switch
    {
        EscrowState.Funded => "good",
        EscrowState.Seen or EscrowState.Awaited => "warn",
        EscrowState.Disputed => "warn",
        EscrowState.Lapsed => "",
        _ => "pine",
    };

    /// <summary>Where the money is: the state, and for a settled one how it ended. Refunding: the booking is cancelled and the contract not told yet.</summary>
    public static string State(EscrowView escrow, Words t, bool refunding = false) => t[refunding ? "escrow.state.refunding" : escrow is { State: EscrowState.Settled, End: { } end } ? $"escrow.end.{Contracts.Wire.Name(end)}" : $"escrow.state.{Contracts.Wire.Name(escrow.State)}"];

    /// <summary>Transactions in the order of their times, those on their way last, then what comes next.</summary>
    public static IReadOnlyList<EscrowStep> Line(EscrowView escrow, string timeZone, Words t, bool refunding = false)
    {
        string At(DateTimeOffset when) => Hosting.Moment(when, timeZone, t);
        var steps = escrow.Transactions.OrderBy(x => x.Status == "sent").ThenBy(x => x.At).ThenBy(x => x.Block).Select(x => Of(x, escrow, At, t)).ToList();
        if (!escrow.Transactions.Any(x => x.Kind == "deposit") && escrow.DepositHash is { } hash)
            steps.Insert(0, Of(new EscrowTransaction("deposit", hash, escrow.State == EscrowState.Seen ? "seen" : "confirmed", null, escrow.Confirmations, escrow.FundedAt, escrow.ValueWei), escrow, At, t));
        // What comes next is only known when what is on its way has arrived.
        if (escrow.State is not (EscrowState.Awaited or EscrowState.Seen) && escrow.Transactions.Any(x => x.Status is "sent" or "seen")) return steps;
        switch (escrow.State)
        {
            case EscrowState.Awaited:
                steps.Add(new EscrowStep(StepState.Now, "wallet", t["escrow.step.awaited"], null, t.Of("trip.step.until", ("when", At(escrow.PayBy)))));
                break;
            case EscrowState.Lapsed:
                steps.Add(new EscrowStep(StepState.Bad, "clock", t["escrow.step.lapsed"], null, At(escrow.PayBy)));
                break;
            case EscrowState.Seen:
                steps.Add(new EscrowStep(StepState.Todo, "lock", t["escrow.step.held"], t.Of("wallet.pay.depth", ("at", escrow.Confirmations), ("of", escrow.ConfirmationsNeeded))));
                break;
            case EscrowState.Funded when refunding:
                steps.Add(new EscrowStep(StepState.Now, "undo-2", t["escrow.step.refunding"], t["escrow.step.refunding_text"]));
                break;
            case EscrowState.Funded or EscrowState.Cancelled:
                steps.Add(new EscrowStep(StepState.Now, "lock", t[escrow.State == EscrowState.Funded ? "escrow.step.held" : "escrow.step.rest_held"], t["escrow.step.held_text"]));
                steps.Add(new EscrowStep(StepState.Todo, "banknote", t["escrow.step.release"], t["escrow.step.release_text"], t.Of("escrow.step.from", ("when", At(escrow.ReleaseAt)))));
                break;
            case EscrowState.Disputed:
                steps.Add(new EscrowStep(StepState.Now, "scale", t["escrow.step.ruling"], t["escrow.step.ruling_text"]));
                break;
            default:
                break;
        }
        return steps;
    }

    private static EscrowStep Of(EscrowTransaction x, EscrowView escrow, Func<DateTimeOffset, string> at, Words t)
    {
        var state = x.Status switch { "confirmed" => StepState.Done, "failed" or "gone" => StepState.Bad, _ => StepState.Now };
        // A withdrawal takes what the contract owes from all bookings, each at a rate of its own.
        var several = x is { Kind: "withdrawal" or "host_withdrawal", AmountWei: { } taken } && !IsOf(escrow, taken);
        var amount = x.AmountWei is { Length: > 0 } wei && Ether.Wei(wei) > BigInteger.Zero ? $"{Ether.Short(wei, t)} · {(several ? t["escrow.several"] : t.Money(Ether.ToMinor(escrow, wei), escrow.Total.Currency))}" : null;
        var standing = x.Status == "confirmed" ? null : t.Or($"escrow.tx.{x.Status}", x.Status);
        var detail = string.Join(" · ", new[] { amount, standing }.Where(part => part is not null));
        return new EscrowStep(state, Icon(x.Kind), t.Or($"escrow.kind.{x.Kind}", x.Kind), detail.Length > 0 ? detail : null, x.At is { } when ? at(when) : null, x.Hash);
    }

    /// <summary>Whether an amount is what this escrow gave its guest or its host.</summary>
    public static bool IsOf(EscrowView escrow, string wei) => new[] { escrow.ToGuestMinor, escrow.ToHostMinor }.Any(part => part is { } minor && Ether.Wei(escrow.WeiPerMinor) * minor == Ether.Wei(wei));

    private static string Icon(string kind) => kind switch
    {
        "deposit" => "wallet",
        "cancel" or "cancel_for" or "refund" => "undo-2",
        "dispute" => "scale",
        "rule" => "gavel",
        "withdrawal" or "host_withdrawal" => "arrow-down-left",
        "guest_exit" => "log-out",
        _ => "banknote",
    };
}
