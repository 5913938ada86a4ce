using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EstoSpaces.Testing;
using Microsoft.Playwright;

namespace EstoSpaces.Web.Tests;

/// <summary>
/// A wallet in the visitor's browser, announced by EIP-6963 before the page's own scripts run. What it says is decided here: it signs with a key of its own and sends by the development chain's node, or says no. The page's Content-Security-Policy
/// is no obstacle, because nothing of it calls anybody from within the page.
/// </summary>
public sealed class FakeWallet
{
    private const string Script = """
        (() => {
          const heard = {}
          const provider = {
            async request ({ method, params = [] }) {
              const answer = JSON.parse(await window.__wallet(JSON.stringify({ method, params })))
              if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error)
              return answer.result
            },
            on (event, f) { (heard[event] ??= []).push(f) },
            removeListener (event, f) { heard[event] = (heard[event] ?? []).filter(x => x !== f) }
          }
          window.__walletTells = (event, value) => (heard[event] ?? []).forEach(f => f(value))
          const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info: { uuid: 'c0ffee00-0000-4000-8000-000000000000', name: 'Test wallet', icon: 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E', rdns: 'example.test' }, provider }) }))
          addEventListener('eip6963:requestProvider', announce)
          announce()
        })()
        """;

    private const string Chain = "0x7a69";
    private static readonly HttpClient Http = new();
    private readonly Uri node;
    private readonly TestWallet key;

    /// <summary>A new key. The development node sends for its address without knowing it.</summary>
    private FakeWallet(Uri node) => (this.node, key, Account) = (node, TestWallet.New(), "");

    public const string Name = "Test wallet";

    public string Address => key.Address.ToString();

    /// <summary>Which account is in front: its own, or one that the test puts there.</summary>
    public string Account { get; set; }

    /// <summary>The chain that it is on, and whether it knows the product's.</summary>
    public string ChainId { get; set; } = Chain;

    public bool KnowsTheChain { get; set; } = true;

    /// <summary>Its owner says no to the next thing that it asks him.</summary>
    public bool SaysNo { get; set; }

    /// <summary>A window of it is open already.</summary>
    public bool Busy { get; set; }

    /// <summary>What it sends never reaches the network: its hash is one that no node knows.</summary>
    public bool Loses { get; set; }

    /// <summary>Whether the site was let in.</summary>
    public bool Connected { get; set; }

    /// <summary>When set, the wallet claims this balance, in wei as hex.</summary>
    public string? Balance { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The hash of what it sent last.</summary>
    public string? Sent { get; private set; }

    /// <summary>With ten ether on the product's chain, in the browser before the first page.</summary>
    public static async Task<FakeWallet> MoveInAsync(IPage page, TestProduct product)
    {
        await product.ChainIsOnAsync();
        var wallet = new FakeWallet(new Uri(product.Product.Topology.Settings.Required("ETH_RPC_URL")));
        wallet.Account = wallet.Address;
        await wallet.CallAsync("anvil_setBalance", new[] { wallet.Address, "0x8ac7230489e80000" });
        await wallet.CallAsync("anvil_impersonateAccount", new[] { wallet.Address });
        await page.ExposeFunctionAsync<string, Task<string>>("__wallet", wallet.AnswerAsync);
        await page.AddInitScriptAsync(Script);
        return wallet;
    }

    private async Task<string> AnswerAsync(string question)
    {
        using var asked = JsonDocument.Parse(question);
        var method = asked.RootElement.GetProperty("method").GetString()!;
        var arguments = asked.RootElement.GetProperty("params").Clone();
        Asked.Enqueue(method);
        switch (method)
        {
            case "eth_accounts":
                return Good(Connected ? [Account] : Array.Empty<string>());
            case "eth_chainId":
                return Good(ChainId);
            case "eth_getBalance" when Balance is not null:
                return Good(Balance);
            case "eth_requestAccounts" or "wallet_switchEthereumChain" or "wallet_addEthereumChain" or "personal_sign" or "eth_sendTransaction" when Busy:
                return Bad(-32002, "Request of this type is already pending.");
            case "eth_requestAccounts" or "wallet_switchEthereumChain" or "wallet_addEthereumChain" or "personal_sign" or "eth_sendTransaction" when SaysNo:
                return Bad(4001, "User rejected the request.");
            case "eth_requestAccounts":
                Connected = true;
                return Good(new[] { Account });
            case "wallet_switchEthereumChain" when !KnowsTheChain:
                return Bad(4902, "Unrecognized chain ID.");
            case "wallet_switchEthereumChain":
                ChainId = arguments[0].GetProperty("chainId").GetString()!;
                return Good<object?>(null);
            case "wallet_addEthereumChain":
                (KnowsTheChain, ChainId) = (true, arguments[0].GetProperty("chainId").GetString()!);
                return Good<object?>(null);
            case "eth_sendTransaction" when Loses:
                return Good("0x" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            case "personal_sign":
                return Good(key.SignText(Encoding.UTF8.GetString(Convert.FromHexString(arguments[0].GetString()![2..]))));
            default:
                var answer = await CallAsync(method, arguments);
                if (answer.TryGetProperty("error", out var error)) return Bad(error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!);
                var result = answer.GetProperty("result");
                if (method == "eth_sendTransaction") Sent = result.GetString();
                return Good(result);
        }
    }

    private async Task<JsonElement> CallAsync(string method, object arguments)
    {
        using var answer = await Http.PostAsJsonAsync(node, new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string Good<T>(T result) => JsonSerializer.Serialize(new { result });

    private static string Bad(int code, string message) => JsonSerializer.Serialize(new { error = new { code, message } });
}
