using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Blockchain;

/// <summary>Which chain, by which node, and who signs. RpcUrl null: wallets can't pay here.</summary>
public sealed record ChainSettings
{
    /// <summary>The chain id of development nodes: their accounts' keys are known to everybody.</summary>
    public const long DevelopmentChain = 31337;

    private static readonly Dictionary<long, string> Networks = new()
    {
        [1] = "Ethereum", [10] = "OP Mainnet", [100] = "Gnosis", [137] = "Polygon", [8453] = "Base", [42161] = "Arbitrum One", [11155111] = "Sepolia", [560048] = "Hoodi", [84532] = "Base Sepolia",
        [DevelopmentChain] = "Development chain",
    };

    public required Uri? RpcUrl { get; init; }
    public required long ChainId { get; init; }
    public required int Confirmations { get; init; }
    public required bool Production { get; init; }
    public EthereumAddress? Escrow { get; init; }
    public EthereumAddress? Registry { get; init; }
    public Uri? SignerUrl { get; init; }
    public EthereumAddress? Operator { get; init; }
    public byte[]? OperatorKey { get; init; }
    public string? ExplorerUrl { get; init; }

    /// <summary>Fixed prices of one ether in main units, by currency.</summary>
    public required IReadOnlyDictionary<string, decimal> Prices { get; init; }

    public Uri? PriceUrl { get; init; }

    /// <summary>How long the watcher rests between two looks.</summary>
    public required TimeSpan PollEvery { get; init; }

    /// <summary>A local node that mines when it is told to, with accounts of which everybody has the keys. Never in production.</summary>
    public bool Development => ChainId == DevelopmentChain && !Production;

    /// <summary>Whether the operator sends guests and hosts what they are owed, for its own gas; else they fetch it.</summary>
    public required bool PushWithdrawals { get; init; }

    /// <summary>Whether the product moves the development chain by itself; tests that make their own weather turn it off.</summary>
    public required bool DevelopmentMining { get; init; }

    public string Network => Networks.GetValueOrDefault(ChainId) ?? string.Create(CultureInfo.InvariantCulture, $"chain {ChainId}");

    /// <summary>Throws <see cref="SettingsException"/> for what can't be.</summary>
    public static ChainSettings From(Settings settings)
    {
        var chainId = settings.Int("ETH_CHAIN_ID");
        var key = settings["ETH_OPERATOR_KEY"] is { } hex ? Hex.TryBytes(hex.StartsWith("0x", StringComparison.Ordinal) ? hex : "0x" + hex, out var bytes) && bytes.Length == 32 ? bytes
            : throw new SettingsException("ETH_OPERATOR_KEY is no private key: 64 hexadecimal digits.") : null;
        if (key is not null && settings.IsProduction) throw new SettingsException("ETH_OPERATOR_KEY is for development only: in production set ETH_SIGNER_URL and ETH_OPERATOR, and keep the key in the signer.");
        if (chainId == DevelopmentChain && settings.IsProduction && settings.Has("ETH_RPC_URL")) throw new SettingsException("ETH_CHAIN_ID is a development chain's: everybody has its keys. In production name the real one.");
        return new ChainSettings
        {
            RpcUrl = settings["ETH_RPC_URL"] is { } url ? new Uri(url) : null, ChainId = chainId, Confirmations = Math.Max(1, settings.Int("ETH_CONFIRMATIONS")), Production = settings.IsProduction,
            Escrow = AddressIn("ESCROW_ADDRESS"), Registry = AddressIn("REGISTRY_ADDRESS"), Operator = AddressIn("ETH_OPERATOR"), OperatorKey = key,
            SignerUrl = settings["ETH_SIGNER_URL"] is { } signer ? new Uri(signer) : null, ExplorerUrl = settings["ETH_EXPLORER_URL"]?.TrimEnd('/'),
            Prices = PricesIn(settings["ETH_PRICES"] ?? (settings.IsProduction ? "" : "EUR=3000,USD=3250,GBP=2600,CHF=2850,JPY=480000")),
            PriceUrl = settings["ETH_PRICE_URL"] is { } prices ? new Uri(prices) : null,
            PushWithdrawals = settings["ETH_PUSH_WITHDRAWALS"] != "off",
            DevelopmentMining = chainId == DevelopmentChain && !settings.IsProduction && settings["DEV_CHAIN_MINING"] != "off",
            PollEvery = chainId == DevelopmentChain ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(2),
        };

        EthereumAddress? AddressIn(string name) => settings[name] is not { } text ? null : EthereumAddress.TryParse(text, out var address) ? address : throw new SettingsException($"{name} is no Ethereum address, or its checksum is wrong.");
    }

    /// <summary>EUR=3000.00,USD=3250.50</summary>
    private static Dictionary<string, decimal> PricesIn(string text)
    {
        var prices = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var sides = part.Split('=');
            if (sides.Length != 2 || !Currencies.IsKnown(sides[0]) || !decimal.TryParse(sides[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) || price <= 0)
                throw new SettingsException($"ETH_PRICES: '{part}' is no price; write EUR=3000.00,USD=3250.00.");
            prices[sides[0]] = price;
        }
        return prices;
    }
}
