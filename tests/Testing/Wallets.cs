using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Testing;

/// <summary>What wallets do at a product's doors.</summary>
public static class Wallets
{
    /// <summary>A message with a fresh nonce for the wallet, as the product proposes it, and the wallet's signature.</summary>
    public static async Task<SignedMessage> SignInMessageAsync(this IDoors product, TestWallet wallet)
    {
        var message = await product.ProposedMessageAsync(wallet.Address.ToString());
        return new SignedMessage(message, wallet.SignText(message));
    }

    /// <summary>What a wallet at this address has to sign.</summary>
    public static async Task<string> ProposedMessageAsync(this IDoors product, string address) =>
        (await product.Api.PostAsync("/api/v1/auth/wallet/nonce", new { address }).ReadAsync()).GetProperty("message").GetString()!;

    /// <summary>Links a new wallet to somebody's account.</summary>
    public static async Task<TestWallet> LinkWalletAsync(this IDoors product, Person person)
    {
        var wallet = TestWallet.New();
        await person.Api.PostAsync("/api/v1/auth/wallets", await product.SignInMessageAsync(wallet)).ShouldBeAsync(200);
        return wallet;
    }

    /// <summary>A host with a new wallet that his earnings go to.</summary>
    public static async Task<TestWallet> TakesEtherAsync(this IDoors product, Person host)
    {
        var wallet = await product.LinkWalletAsync(host);
        await host.Api.PutAsync($"/api/v1/users/wallets/{wallet.Address}", new { payout = true }).ShouldBeAsync(200);
        return wallet;
    }

    public static async Task<SessionView> SignInAsync(this IDoors product, TestWallet wallet) =>
        await product.Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(wallet)).ReadAsync<SessionView>();
}

/// <summary>The body of a call that proves a wallet.</summary>
public sealed record SignedMessage(string Message, string Signature);
