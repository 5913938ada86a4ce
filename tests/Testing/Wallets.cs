using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Testing;

/// <summary>What wallets do at a product's doors.</summary>
public static class Wallets
{
    /// <summary>A message with a fresh nonce for the wallet, as the product proposes it, and the wallet's signature.</summary>
    public static async Task<SignedMessage> SignInMessageAsync(this TestProduct product, TestWallet wallet)
    {
        var proposed = await product.Api.PostAsync("/api/v1/auth/wallet/nonce", new { address = wallet.Address.ToString() }).ReadAsync();
        var message = proposed.GetProperty("message").GetString()!;
        return new SignedMessage(message, wallet.SignText(message));
    }

    /// <summary>Links a new wallet to somebody's account.</summary>
    public static async Task<TestWallet> LinkWalletAsync(this TestProduct product, Person person)
    {
        var wallet = TestWallet.New();
        await person.Api.PostAsync("/api/v1/auth/wallets", await product.SignInMessageAsync(wallet)).ShouldBeAsync(200);
        return wallet;
    }

    /// <summary>A host with a new wallet that his earnings go to.</summary>
    public static async Task<TestWallet> TakesEtherAsync(this TestProduct product, Person host)
    {
        var wallet = await product.LinkWalletAsync(host);
        await host.Api.PutAsync($"/api/v1/users/wallets/{wallet.Address}", new { payout = true }).ShouldBeAsync(200);
        return wallet;
    }

    public static async Task<SessionView> SignInAsync(this TestProduct product, TestWallet wallet) =>
        await product.Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(wallet)).ReadAsync<SessionView>();
}

/// <summary>The body of a call that proves a wallet.</summary>
public sealed record SignedMessage(string Message, string Signature);
