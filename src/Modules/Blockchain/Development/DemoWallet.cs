using System.Text.Json;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Blockchain.Development;

/// <summary>
/// A wallet for people who have none: JSON-RPC to the development node, for its demo accounts only. What a wallet in a browser answers is answered here, and nothing that changes the chain's weather or spends for the platform.
/// Not mapped for any other chain, nor in production.
/// </summary>
public static class DemoWallet
{
    private static readonly HashSet<string> Reads =
    [
        "eth_chainId", "net_version", "eth_blockNumber", "eth_getBalance", "eth_getCode", "eth_getTransactionCount", "eth_call", "eth_estimateGas", "eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_feeHistory",
        "eth_getTransactionByHash", "eth_getTransactionReceipt", "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getLogs", "eth_sendRawTransaction",
    ];

    public sealed record Request(JsonElement Id, string? Jsonrpc, string? Method, JsonElement Params) : IChecked
    {
        public IEnumerable<Refusal?> Check() => [Checks.Required(Method, "method")];
    }

    /// <summary>A JSON-RPC answer: Result or Error.</summary>
    public sealed record Answer(string Jsonrpc, JsonElement? Id, JsonElement? Result, Failure? Error);

    /// <summary>4001: the wallet says no. 4100: not an account of this wallet. 4200: no such method.</summary>
    public sealed record Failure(int Code, string Message, string? Data = null);

    public static void Map(RouteGroupBuilder chain) => chain.MapPost("/rpc", HandleAsync).WithName("CallDemoWallet").AllowAnonymous().Produces<Answer>();

    private static async Task<IResult> HandleAsync(Request request, ChainLink link, CancellationToken ct)
    {
        if (link.Live is not { Accounts.Count: >= DevelopmentAccounts.Needed } chain) return BlockchainRefusals.Off(link.Off ?? "this is no development node").ToProblem();
        var wallets = new DevelopmentAccounts(chain.Accounts).Wallets;
        var arguments = request.Params.ValueKind == JsonValueKind.Array ? request.Params.EnumerateArray().Cast<object?>().ToArray() : [];
        try
        {
            return request.Method switch
            {
                "eth_accounts" or "eth_requestAccounts" => Good(request, JsonSerializer.SerializeToElement(wallets.Select(w => w.ToString()))),
                "eth_sendTransaction" or "eth_signTransaction" => await ForAsync(request, chain, wallets, Text(arguments, 0, "from"), arguments, ct),
                "personal_sign" => await ForAsync(request, chain, wallets, Text(arguments, 1), arguments, ct),
                "eth_signTypedData_v4" => await ForAsync(request, chain, wallets, Text(arguments, 0), arguments, ct),
                { } method when Reads.Contains(method) => Good(request, await chain.Node.Rpc.CallAsync(method, arguments, ct)),
                _ => Bad(request, new Failure(4200, $"The demo wallet has no {request.Method}.")),
            };
        }
        catch (NodeRefusedException e) { return Bad(request, new Failure(e.Code, e.Message, e.RevertData)); }
    }

    private static async Task<IResult> ForAsync(Request request, LiveChain chain, IReadOnlyList<EthereumAddress> wallets, string? from, object?[] arguments, CancellationToken ct) =>
        EthereumAddress.TryParse(from, out var account) && wallets.Contains(account) ? Good(request, await chain.Node.Rpc.CallAsync(request.Method!, arguments, ct))
            : Bad(request, new Failure(4100, "This account is not one of the demo wallet's."));

    private static string? Text(object?[] arguments, int index, string? property = null)
    {
        if (arguments.Length <= index || arguments[index] is not JsonElement argument) return null;
        if (property is not null && (argument.ValueKind != JsonValueKind.Object || !argument.TryGetProperty(property, out argument))) return null;
        return argument.ValueKind == JsonValueKind.String ? argument.GetString() : null;
    }

    private static IResult Good(Request request, JsonElement result) => TypedResults.Ok(new Answer("2.0", IdOf(request), result, null));

    private static IResult Bad(Request request, Failure failure) => TypedResults.Ok(new Answer("2.0", IdOf(request), null, failure));

    private static JsonElement? IdOf(Request request) => request.Id.ValueKind == JsonValueKind.Undefined ? null : request.Id;
}
