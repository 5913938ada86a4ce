using System.Globalization;
using System.Numerics;
using System.Text.Json;
using EstoSpaces.Contracts.Blockchain;
using Shouldly;

namespace EstoSpaces.Testing;

/// <summary>The product's demo wallets, as a page uses them: accounts of its development chain, by JSON-RPC through the gateway.</summary>
public static class DemoWallets
{
    /// <summary>Waits until wallets can pay here.</summary>
    public static Task<ChainStatus> ChainIsOnAsync(this TestProduct product) =>
        Until.HoldsAsync(() => product.Api.GetAsync("/api/v1/blockchain/status").ReadAsync<ChainStatus>(), status => status.Enabled, "wallets can pay", seconds: 60);

    /// <summary>Their addresses, with 10,000 ether each at first.</summary>
    public static async Task<IReadOnlyList<string>> WalletsAsync(this TestProduct product)
    {
        await product.ChainIsOnAsync();
        return [.. (await product.CallChainAsync("eth_accounts")).EnumerateArray().Select(a => a.GetString()!)];
    }

    /// <summary>Sends from a demo wallet; answers the transaction's hash. Fails when the wallet or the chain says no.</summary>
    public static async Task<string> SendFromWalletAsync(this TestProduct product, string from, string to, string data, string valueWei = "0") =>
        (await product.CallChainAsync("eth_sendTransaction", new { from, to, data, value = "0x" + BigInteger.Parse(valueWei, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0') })).GetString()!;

    /// <summary>The guest's wallet pays what an escrow asks for.</summary>
    public static Task<string> PayAsync(this TestProduct product, EscrowView escrow) => product.SendFromWalletAsync(escrow.GuestWallet, escrow.Contract, escrow.Data!, escrow.ValueWei);

    public static async Task<JsonElement> CallChainAsync(this TestProduct product, string method, params object[] arguments)
    {
        var answer = await product.Api.PostAsync("/api/v1/blockchain/rpc", new { jsonrpc = "2.0", id = 1, method, @params = arguments }).ReadAsync();
        answer.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
        return answer.GetProperty("result");
    }
}
