using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

/// <summary>Wallets that are contracts on the development chain, asked by ERC-1271.</summary>
public sealed class ContractWalletTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    /// <summary>
    /// The smallest contract wallet: isValidSignature(bytes32 hash, bytes signature) asks the precompile ecrecover who made the signature (r, s, v), answers 0x1626ba7e if it is the owner, and reverts if not.
    /// Written by hand: the first line puts the rest into the chain.
    /// </summary>
    private static byte[] WalletOwnedBy(EthereumAddress owner) =>
    [
        .. Hex.Bytes("0x605a80600b6000396000f3"),
        .. Hex.Bytes("0x600435600052" + "60a435" + "60001a" + "602052" + "606435604052" + "608435606052"), // hash, v, r, s in memory
        .. Hex.Bytes("0x60206080608060006001" + "5afa50"), // staticcall(gas, 1, 0, 128, 128, 32)
        .. Hex.Bytes("0x608051" + "73"), .. owner.ToBytes(), .. Hex.Bytes("0x14" + "604957"), // recovered == owner ?
        .. Hex.Bytes("0x60006000fd"),
        .. Hex.Bytes("0x5b" + "631626ba7e60e01b600052" + "60206000f3"),
    ];

    private async Task<EthereumAddress> DeployAsync(EthereumAddress owner)
    {
        var payer = (await product.WalletsAsync())[^1];
        var hash = await product.CallChainAsync("eth_sendTransaction", new { from = payer, data = Hex.Data(WalletOwnedBy(owner)) });
        var receipt = await Until.HoldsAsync(() => product.CallChainAsync("eth_getTransactionReceipt", hash.GetString()!), r => r.ValueKind == JsonValueKind.Object, "the wallet is on the chain", 60);
        receipt.GetProperty("status").GetString().ShouldBe("0x1");
        return EthereumAddress.Parse(receipt.GetProperty("contractAddress").GetString()!);
    }

    /// <summary>The contract's message, signed by a key.</summary>
    private static async Task<SignedMessage> SignForAsync(TestProduct product, EthereumAddress contract, TestWallet signer)
    {
        var proposed = await product.Api.PostAsync("/api/v1/auth/wallet/nonce", new { address = contract.ToString() }).ReadAsync();
        var message = proposed.GetProperty("message").GetString()!;
        return new SignedMessage(message, signer.SignText(message));
    }

    [Fact]
    public async Task A_contract_wallet_is_linked_and_signs_in_by_what_its_contract_says()
    {
        var (owner, thief, person) = (TestWallet.New(), TestWallet.New(), await product.NewGuestAsync());
        var contract = await DeployAsync(owner.Address);
        await person.Api.PostAsync("/api/v1/auth/wallets", await SignForAsync(product, contract, thief)).ShouldRefuseAsync(400, "wallet_signature_invalid", "signature");
        var linked = await person.Api.PostAsync("/api/v1/auth/wallets", await SignForAsync(product, contract, owner)).ReadAsync();
        (linked.GetProperty("address").GetString(), linked.GetProperty("kind").GetString()).ShouldBe((contract.ToString(), "contract"));

        var signed = await SignForAsync(product, contract, owner);
        (await product.Api.PostAsync("/api/v1/auth/wallet/login", signed).ReadAsync<SessionView>()).User.Id.ShouldBe(person.Id);
        await product.Api.PostAsync("/api/v1/auth/wallet/login", signed).ShouldRefuseAsync(400, "wallet_nonce_invalid");
        await product.Api.PostAsync("/api/v1/auth/wallet/login", await SignForAsync(product, contract, thief)).ShouldRefuseAsync(400, "wallet_signature_invalid");

        // The owner's own address is another wallet.
        await product.Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(owner)).ShouldRefuseAsync(404, "wallet_unknown");
        await Until.HoldsAsync(async () => (await person.Api.GetAsync("/api/v1/users/wallets").ReadAsync<Page<Contracts.Users.WalletView>>()).Data.SingleOrDefault()?.Kind, kind => kind == "contract", "users know it", 60);
    }

    [Fact]
    public async Task Contracts_that_are_no_wallets_say_no()
    {
        var status = await product.ChainIsOnAsync();
        await product.Api.PostAsync("/api/v1/auth/wallet/login", await SignForAsync(product, EthereumAddress.Parse(status.EscrowAddress!), TestWallet.New())).ShouldRefuseAsync(400, "wallet_signature_invalid");
    }
}

/// <summary>Without a chain keys sign in as always, and only contract wallets must wait.</summary>
public sealed class WalletsWithoutChainTests
{
    [Fact]
    public async Task Keys_sign_in_and_what_only_a_contract_could_answer_for_is_put_off()
    {
        await using var product = await TestProduct.StartAsync(("EMBEDDED_CHAIN", "off"));
        var person = await product.NewGuestAsync();
        var wallet = await product.LinkWalletAsync(person);
        (await product.SignInAsync(wallet)).User.Id.ShouldBe(person.Id);
        var signed = await product.SignInMessageAsync(wallet);
        var unsure = signed with { Signature = TestWallet.New().SignText(signed.Message) };
        await product.Api.PostAsync("/api/v1/auth/wallet/login", unsure).ShouldRefuseAsync(503, "wallet_check_unavailable");
        await product.Api.PostAsync("/api/v1/auth/wallet/login", signed).ShouldBeAsync(200);
    }
}
