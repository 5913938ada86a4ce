using EstoSpaces.Blockchain.Node;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>Calls of the escrow contract, as transaction data.</summary>
public static class EscrowCalls
{
    private const string OfTermsAndTable = "(" + EscrowTerms.Type + ",uint256[])";

    /// <summary>The guest pays in; the value is the terms'.</summary>
    public static byte[] Deposit(EscrowTerms terms) => WithTable("deposit" + OfTermsAndTable, terms, []);

    /// <summary>The guest cancels by himself.</summary>
    public static byte[] Cancel(EscrowTerms terms) => WithTable("cancel" + OfTermsAndTable, terms, []);

    /// <summary>The operator records a cancellation. CancelledAt is rounded up to whole seconds, then "until" means the same with and without fractions.</summary>
    public static byte[] CancelFor(EscrowTerms terms, DateTimeOffset cancelledAt) => WithTable("cancelFor(" + EscrowTerms.Type + ",uint256[],uint64)", terms, Abi.Word(RoundedUp(cancelledAt)));

    /// <summary>Host or operator give everything back.</summary>
    public static byte[] Refund(EscrowTerms terms) => Refund(terms.Encode());

    /// <summary>The same by the terms' words as they came: also those that the product would never make.</summary>
    public static byte[] Refund(byte[] words) => [.. Abi.Selector($"refund({EscrowTerms.Type})"), .. words];

    /// <summary>The operator releases to host and platform.</summary>
    public static byte[] Release(EscrowTerms terms) => OfTerms("release", terms);

    /// <summary>Guest or operator stop the release.</summary>
    public static byte[] Dispute(EscrowTerms terms) => OfTerms("dispute", terms);

    /// <summary>The guest's last resort, sixty days after check-out.</summary>
    public static byte[] GuestExit(EscrowTerms terms) => OfTerms("guestExit", terms);

    /// <summary>The host's, seven days after check-out.</summary>
    public static byte[] HostClaim(EscrowTerms terms) => OfTerms("hostClaim", terms);

    /// <summary>The arbiter splits a disputed escrow.</summary>
    public static byte[] Rule(EscrowTerms terms, long toGuestMinor, long toHostMinor) =>
        [.. Abi.Selector("rule(" + EscrowTerms.Type + ",uint64,uint64)"), .. terms.Encode(), .. Abi.Word(toGuestMinor), .. Abi.Word(toHostMinor)];

    /// <summary>Sends a payee what he is owed; anybody may.</summary>
    public static byte[] WithdrawFor(EthereumAddress payee) => Abi.Call("withdrawFor(address)", Abi.Word(payee));

    /// <summary>The caller takes what he is owed, to an address of his choice.</summary>
    public static byte[] Withdraw(EthereumAddress to) => Abi.Call("withdraw(address)", Abi.Word(to));

    public static byte[] Credits(EthereumAddress payee) => Abi.Call("credits(address)", Abi.Word(payee));

    public static byte[] Escrow(string escrowId) => Abi.Call("escrow(bytes32)", Hex.Bytes(escrowId));

    public static byte[] TotalEscrowed { get; } = Abi.Call("totalEscrowed()");
    public static byte[] TotalCredits { get; } = Abi.Call("totalCredits()");

    public static long RoundedUp(DateTimeOffset time) => time.ToUnixTimeSeconds() + (time.UtcTicks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);

    private static byte[] OfTerms(string name, EscrowTerms terms) => [.. Abi.Selector($"{name}({EscrowTerms.Type})"), .. terms.Encode()];

    /// <summary>The terms stand in place, the table behind all that does; more is the words between.</summary>
    private static byte[] WithTable(string signature, EscrowTerms terms, ReadOnlySpan<byte> more) =>
        [.. Abi.Selector(signature), .. terms.Encode(), .. Abi.Word((Abi.WordSize * (EscrowTerms.Words + 1)) + more.Length), .. more, .. Abi.Array(terms.Tiers)];
}
