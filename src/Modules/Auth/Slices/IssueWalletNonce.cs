using System.Security.Cryptography;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Auth;

/// <summary>
/// Somebody is about to sign in with a wallet, or to link one: he gets a nonce for it and the message to sign. Any message of EIP-4361 with this nonce, domain, URI and chain will do. Asked for
/// another chain than ours, it is refused (wallet_wrong_chain); too many from one place must wait.
/// </summary>
public static class IssueWalletNonce
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Statement = "Show EstoSpaces that this wallet is yours. This costs nothing and moves no money.";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    public sealed record Request(string? Address, long? ChainId) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Address, "address");
            yield return Checks.That(EthereumAddress.TryParse(Address, out _), "invalid_wallet_address", "This is no Ethereum address: 0x and 40 digits, with the right checksum when letters of both cases are used.", "address");
        }
    }

    /// <summary>The parts of the message, and the message as it can be signed.</summary>
    public sealed record Response(string Nonce, string Domain, string Uri, string Statement, long ChainId, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, string Message);

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/wallet/nonce", Handle).WithName("IssueWalletNonce").Produces<Response>();

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, WalletOrigins origins, WalletProofs proofs, Throttle throttle, CancellationToken ct)
    {
        if (request.ChainId is { } asked && asked != proofs.ChainId) return AuthRefusals.WalletWrongChain.ToProblem();
        if (await throttle.TakeAsync(ThrottleRule.WalletNonce, Device.Address(http), ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();

        var address = EthereumAddress.Parse(request.Address!);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var (domain, origin) = origins.For(http.Request.Headers.Origin.ToString());
        var nonce = RandomNumberGenerator.GetString(Alphabet, 24);
        var message = new SignInMessage
        {
            Domain = domain, Address = address, Statement = Statement, Uri = origin, ChainId = proofs.ChainId, Nonce = nonce, IssuedAt = now, ExpirationTime = now + Life,
        };
        db.WalletNonces.Add(new WalletNonce { Nonce = nonce, Address = Wallet.KeyOf(address), CreatedAt = now, ExpiresAt = now + Life });
        await db.SaveChangesAsync(ct);
        return Results.Ok(new Response(nonce, domain, origin, Statement, proofs.ChainId, now, now + Life, message.ToString()));
    }
}
