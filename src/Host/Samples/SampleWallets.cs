using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Host.Samples;

/// <summary>
/// Wallets of the sample people. The ready guest and the ready host have the first two of the development chain's demo wallets: accounts 5 and 6 of the ten that such nodes fund, whose keys everybody knows. 0 to 4 are
/// the platform's, 7 to 9 are left for whoever tries things out. The other hosts have addresses that nobody has the key of: they can be paid, and that is all.
/// </summary>
internal static class SampleWallets
{
    private const string ReadyGuest = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
    private const string ReadyHost = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";

    /// <summary>Null for who pays by card only.</summary>
    public static string? Of(string kind, int index) => (kind, index) switch
    {
        ("guest", 0) => ReadyGuest,
        ("host", 0) => ReadyHost,
        ("host", _) => new EthereumAddress(Keccak256.Hash($"sample host {index}").AsSpan(12)).ToString(),
        _ => null,
    };
}
