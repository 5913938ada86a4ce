using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>A wallet whose owner has just shown that it is his. The nonce that he did it with is still to be used up.</summary>
public sealed record ProvenWallet(EthereumAddress Address, WalletKind Kind, long ChainId, string Nonce);

/// <summary>Checks that somebody holds a wallet: his wallet's signature under a message of EIP-4361 that was made for our page, our chain, now, and with a nonce of ours.</summary>
public sealed class WalletProofs(AuthDb db, WalletOrigins origins, BlockchainClient chain, Settings settings)
{
    /// <summary>How much a client's clock may be ahead.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>Contract wallets of many owners have long signatures.</summary>
    private const int LongestSignature = 2 + (2 * 4096);

    public long ChainId => long.Parse(settings.Required("ETH_CHAIN_ID"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What is wrong with the two fields before anybody looks into them.</summary>
    public static IEnumerable<Refusal?> CheckFields(string? message, string? signature)
    {
        yield return Checks.Required(message, "message");
        yield return Checks.That(message!.Length <= SignInMessage.MaxLength, "field_length", $"message may have {SignInMessage.MaxLength} characters at most.", "message");
        yield return Checks.Required(signature, "signature");
        yield return Checks.That(signature!.Length <= LongestSignature, "field_length", $"signature may have {LongestSignature} characters at most.", "signature");
        yield return Checks.That(Hex.TryBytes(signature, out _), "wallet_signature_invalid", "signature must be 0x and hex digits.", "signature");
    }

    /// <summary>
    /// Who signed, and that he may. Nothing is used up: a failed try can be repeated with the same nonce until it expires, and a success must call <see cref="UseAsync"/> in the transaction that it is for.
    /// Refuses with <c>wallet_message_invalid</c>, <c>wallet_wrong_origin</c>, <c>wallet_wrong_chain</c>, <c>wallet_message_expired</c>, <c>wallet_message_not_yet_valid</c>, <c>wallet_nonce_invalid</c>,
    /// <c>wallet_signature_invalid</c>, <c>wallet_check_unavailable</c>. With <paramref name="repeatable"/> a used nonce passes: for what changes nothing when it is done twice.
    /// </summary>
    public async Task<Result<ProvenWallet>> CheckAsync(string text, string signature, bool repeatable, CancellationToken ct)
    {
        if (!SignInMessageReader.TryRead(text, out var message, out var flaw)) return Refusal.Invalid("wallet_message_invalid", $"This is no sign-in message of EIP-4361. {flaw}", "message");
        if (!origins.Made(message)) return AuthRefusals.WalletWrongOrigin;
        if (message.ChainId != ChainId) return AuthRefusals.WalletWrongChain;
        var now = TimeProvider.System.GetUtcNow();
        if (message.ExpirationTime <= now) return AuthRefusals.WalletMessageExpired;
        if (message.NotBefore > now || message.IssuedAt > now + Ahead) return AuthRefusals.WalletMessageNotYetValid;

        var address = Wallet.KeyOf(message.Address);
        var nonce = await db.WalletNonces.AsNoTracking().SingleOrDefaultAsync(n => n.Nonce == message.Nonce, ct);
        if (nonce is null || nonce.Address != address || nonce.ExpiresAt <= now || (nonce.UsedAt is not null && !repeatable)) return AuthRefusals.WalletNonceInvalid;

        var hash = Eip191.PersonalHash(text);
        if (Secp256k1.RecoverAddress(hash, Hex.Bytes(signature)) == message.Address) return new ProvenWallet(message.Address, WalletKind.Key, message.ChainId, message.Nonce);
        return await AskContractAsync(message, hash, signature, ct);
    }

    /// <summary>Not the address's own key: if there is a contract at the address, it says whether the signature is good (ERC-1271). Keys' owners never wait for that.</summary>
    private async Task<Result<ProvenWallet>> AskContractAsync(SignInMessage message, byte[] hash, string signature, CancellationToken ct)
    {
        try
        {
            var answer = await chain.CheckSignatureAsync(message.Address.ToString(), Hex.Data(hash), signature, ct);
            if (answer.Refused) return AuthRefusals.WalletCheckUnavailable;
            return answer.Value is { IsContract: true, Valid: true } ? new ProvenWallet(message.Address, WalletKind.Contract, message.ChainId, message.Nonce) : AuthRefusals.WalletSignatureInvalid;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException || (e is OperationCanceledException && !ct.IsCancellationRequested)) { return AuthRefusals.WalletCheckUnavailable; }
    }

    /// <summary>Uses the nonce up. False when another request was first; then nothing that was going to be done may be.</summary>
    public async Task<bool> UseAsync(ProvenWallet proven, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        return await db.Database.ExecuteSqlAsync($"update wallet_nonces set used_at = {now} where nonce = {proven.Nonce} and used_at is null and expires_at > {now}", ct) == 1;
    }
}
