using System.Numerics;
using System.Text;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>What the contract calls an escrow's state, with its numbers.</summary>
internal enum ModelStatus { None, Funded, Cancelled, Disputed, Settled }

/// <summary>
/// The escrow contract written down a second time, by its README and not by its source: one escrow, who may do what when, and where the money goes. Amounts in wei. A step that is refused changes nothing.
/// </summary>
internal sealed class EscrowModel(EscrowTerms terms)
{
    public const string Guest = "guest", Host = "host", Operator = "operator", Arbiter = "arbiter";
    private static readonly BigInteger Nothing = BigInteger.Zero;

    public ModelStatus Status { get; private set; }
    public BigInteger Amount { get; private set; }
    public BigInteger HostShare { get; private set; }
    public long FundedAt { get; private set; }

    /// <summary>What the last step that was let through told.</summary>
    public EscrowFact? Told { get; private set; }

    public BigInteger GuestCredit { get; private set; }
    public BigInteger HostCredit { get; private set; }
    public BigInteger TreasuryCredit { get; private set; }

    private bool Held => Status is ModelStatus.Funded or ModelStatus.Cancelled;

    public bool Deposit(long now)
    {
        if (Status is not ModelStatus.None || now > terms.PayBy) return false;
        (Status, Amount, HostShare, FundedAt) = (ModelStatus.Funded, terms.ValueWei, terms.PayoutMinor * terms.WeiPerMinor, now);
        return Tell(new EscrowFact.Funded("", terms.Guest, terms.Encode(), terms.Tiers));
    }

    public bool Cancel(long now)
    {
        if (Status is not ModelStatus.Funded) return false;
        var (guest, host) = Wei(terms.SplitAt(FundedAt, now));
        Settle(guest, host);
        return Tell(new EscrowFact.Cancelled("", terms.Guest, now, guest, host));
    }

    public bool CancelFor(long now, long cancelledAt)
    {
        if (Status is not ModelStatus.Funded || cancelledAt < FundedAt || now < cancelledAt || now >= terms.CheckOut) return false;
        var (guest, host) = Wei(terms.SplitAt(FundedAt, cancelledAt));
        GuestCredit += guest;
        (Amount, HostShare) = (Amount - guest, host);
        Status = Amount.IsZero ? ModelStatus.Settled : ModelStatus.Cancelled;
        return Tell(new EscrowFact.Cancelled("", WhoIs(Operator), cancelledAt, guest, host));
    }

    public bool Refund(string by, long now)
    {
        if (by == Operator && (now >= terms.CheckOut || Status is ModelStatus.Disputed)) return false;
        if (!Held && Status is not ModelStatus.Disputed) return false;
        var all = Amount;
        Settle(all, Nothing);
        return Tell(new EscrowFact.Refunded("", WhoIs(by), all));
    }

    public bool Release(long now) => now >= terms.ReleaseAt && ToHost(WhoIs(Operator));

    public bool HostClaim(long now) => now >= terms.CheckOut + (7 * 86_400) && ToHost(WhoIs(Host));

    public bool GuestExit(long now)
    {
        if (now < terms.CheckOut + (60 * 86_400) || (!Held && Status is not ModelStatus.Disputed)) return false;
        var all = Amount;
        Settle(all, Nothing);
        return Tell(new EscrowFact.Refunded("", WhoIs(Guest), all));
    }

    public bool Dispute(long now)
    {
        if (!Held || now >= terms.ReleaseAt) return false;
        Status = ModelStatus.Disputed;
        return Tell(new EscrowFact.Disputed("", WhoIs(Guest)));
    }

    public bool Rule(long toGuestMinor, long toHostMinor)
    {
        var (guest, host) = Wei((toGuestMinor, toHostMinor));
        // The platform gets no more than it would have got, and nobody more than there is.
        if (Status is not ModelStatus.Disputed || guest + host > Amount || guest + host < HostShare) return false;
        var fee = Amount - guest - host;
        Settle(guest, host);
        return Tell(new EscrowFact.Ruled("", WhoIs(Arbiter), guest, host, fee));
    }

    public static EthereumAddress WhoIs(string role) => EthereumAddress.Parse(role switch
    {
        Guest => "0x0000000000000000000000000000000000006e57",
        Host => "0x0000000000000000000000000000000000004057",
        Operator => "0x000000000000000000000000000000000000000b",
        _ => "0x00000000000000000000000000000000000000ab",
    });

    private bool ToHost(EthereumAddress by)
    {
        if (!Held) return false;
        var (host, fee) = (HostShare, Amount - HostShare);
        Settle(Nothing, host);
        return Tell(new EscrowFact.Released("", by, host, fee));
    }

    private void Settle(BigInteger guest, BigInteger host)
    {
        (GuestCredit, HostCredit, TreasuryCredit) = (GuestCredit + guest, HostCredit + host, TreasuryCredit + Amount - guest - host);
        (Amount, HostShare, Status) = (Nothing, Nothing, ModelStatus.Settled);
    }

    private (BigInteger, BigInteger) Wei((long Guest, long Host) minor) => (minor.Guest * terms.WeiPerMinor, minor.Host * terms.WeiPerMinor);

    private bool Tell(EscrowFact fact)
    {
        Told = fact;
        return true;
    }
}

/// <summary>The random histories of contracts/test/Histories.t.sol: the same numbers, drawn in the same order.</summary>
internal sealed class History
{
    private const long Start = 1_800_000_000, Day = 86_400;
    private const int Steps = 8;
    private byte[] random;

    public History(int number)
    {
        random = Keccak256.Hash([.. Abi.Word(2 * Abi.WordSize), .. Abi.Word(number), .. Abi.Word(7), .. Encoding.ASCII.GetBytes("history"), .. new byte[25]]);
        var (total, payout) = (1_000 + Next(1_000_000), 0L);
        payout = Next(total + 1);
        var graceBefore = Start + Next(2 * Day);
        var tiers = new BigInteger[Next(4)];
        var until = Start;
        for (var i = 0; i < tiers.Length; i++)
        {
            until += 1 + Next(10 * Day);
            var paid = total - Next(total - payout + 1);
            var toGuest = Next(paid + 1);
            tiers[i] = (new BigInteger(until) << 192) | (new BigInteger(toGuest) << 96) | new BigInteger(paid - toGuest);
        }
        Terms = new EscrowTerms
        {
            BookingId = Abi.Word(number + 1), QuoteHash = new byte[32], Guest = EscrowModel.WhoIs(EscrowModel.Guest), Host = EscrowModel.WhoIs(EscrowModel.Host), WeiPerMinor = 3_333_333_333_333, TotalMinor = total, PayoutMinor = payout,
            PayBy = Start + (23 * 3_600), GraceBefore = graceBefore, GraceSeconds = Day, CheckIn = Start + (30 * Day), CheckOut = Start + (37 * Day), ReleaseAt = Start + (39 * Day), Tiers = tiers,
        };
        Model = new EscrowModel(Terms);
    }

    public EscrowTerms Terms { get; }
    public EscrowModel Model { get; }

    /// <summary>Plays it; after each step the caller looks, with whether the step was let through.</summary>
    public void Play(Action<bool> after)
    {
        var fundedAt = Start + Next(Day);
        var time = fundedAt;
        after(Model.Deposit(time));
        for (var step = 0; step < Steps; step++)
        {
            time += Next(12 * Day);
            after(Take(fundedAt, time));
        }
    }

    private bool Take(long fundedAt, long time)
    {
        switch (Next(9))
        {
            case 0: return Model.Cancel(time);
            case 1: return Model.CancelFor(time, fundedAt - 1 + Next(time - fundedAt + 3));
            case 2: return Model.Refund(EscrowModel.Operator, time);
            case 3: return Model.Refund(EscrowModel.Host, time);
            case 4: return Model.Release(time);
            case 5: return Model.Dispute(time);
            case 6:
                var toGuest = Next(Terms.TotalMinor + 1);
                return Model.Rule(toGuest, Next(Terms.TotalMinor - toGuest + 1));
            case 7: return Model.HostClaim(time);
            default: return Model.GuestExit(time);
        }
    }

    private long Next(long bound)
    {
        random = Keccak256.Hash(random);
        return (long)(new BigInteger(random, isUnsigned: true, isBigEndian: true) % bound);
    }
}
