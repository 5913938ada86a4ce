using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using Shouldly;

namespace EstoSpaces.Testing;

/// <summary>The product's demo wallets, as a page uses them: accounts of its development chain, by JSON-RPC through the gateway.</summary>
public static class DemoWallets
{
    /// <summary>Waits until wallets can pay here.</summary>
    public static Task<ChainStatus> ChainIsOnAsync(this IDoors product) =>
        Until.HoldsAsync(() => product.Api.GetAsync("/api/v1/blockchain/status").ReadAsync<ChainStatus>(), status => status.Enabled, "wallets can pay", seconds: 60);

    /// <summary>Their addresses, with 10,000 ether each at first.</summary>
    public static async Task<IReadOnlyList<string>> WalletsAsync(this IDoors product)
    {
        await product.ChainIsOnAsync();
        return [.. (await product.CallChainAsync("eth_accounts")).EnumerateArray().Select(a => a.GetString()!)];
    }

    /// <summary>Links a demo wallet to somebody's account, by its signature.</summary>
    public static async Task LinkDemoWalletAsync(this IDoors product, Person person, string address)
    {
        var message = await product.ProposedMessageAsync(address);
        var signature = await product.CallChainAsync("personal_sign", Hex.Data(Encoding.UTF8.GetBytes(message)), address);
        await person.Api.PostAsync("/api/v1/auth/wallets", new SignedMessage(message, signature.GetString()!)).ShouldBeAsync(200);
    }

    /// <summary>Sends from a demo wallet; answers the transaction's hash. Fails when the wallet or the chain says no.</summary>
    public static async Task<string> SendFromWalletAsync(this IDoors product, string from, string to, string data, string valueWei = "0") =>
        (await product.CallChainAsync("eth_sendTransaction", new { from, to, data, value = "0x" + BigInteger.Parse(valueWei, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0') })).GetString()!;

    /// <summary>The guest's wallet pays what an escrow asks for.</summary>
    public static Task<string> PayAsync(this IDoors product, EscrowView escrow) => product.SendFromWalletAsync(escrow.GuestWallet, escrow.Contract, escrow.Data!, escrow.ValueWei);

    public static async Task<JsonElement> CallChainAsync(this IDoors product, string method, params object[] arguments)
    {
        var answer = await product.Api.PostAsync("/api/v1/blockchain/rpc", new { jsonrpc = "2.0", id = 1, method, @params = arguments }).ReadAsync();
        answer.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
        return answer.GetProperty("result");
    }
}
