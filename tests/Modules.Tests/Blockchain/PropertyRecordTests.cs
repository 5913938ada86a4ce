using System.Text;
using EstoSpaces.Blockchain;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>Listings in the public registry.</summary>
public sealed class PropertyRecordTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private TestProduct Product => fixture.Product;

    [Fact]
    public async Task Only_its_host_records_a_listing_and_only_with_a_wallet()
    {
        await Product.ChainIsOnAsync();
        var home = await Product.NewHomeAsync();
        var (other, guest) = (await Product.NewHostAsync(), await Product.NewGuestAsync());
        await guest.Api.PostAsync($"{home.Path}/on-chain", new { }).ShouldBeAsync(403);
        await other.Api.PostAsync($"{home.Path}/on-chain", new { }).ShouldRefuseAsync(403, "property_not_yours");
        await home.Host.Api.PostAsync($"{home.Path}/on-chain", new { }).ShouldRefuseAsync(409, "wallet_missing");
        await Product.Api.GetAsync($"{home.Path}/on-chain").ShouldRefuseAsync(404, "property_not_recorded");
    }

    [Fact]
    public async Task A_record_is_proved_by_text_and_salt_which_only_the_host_has_until_he_is_erased()
    {
        await Product.ChainIsOnAsync();
        var home = await Product.NewHomeAsync();
        var wallet = await Product.LinkWalletAsync(home.Host);
        await Until.HoldsAsync(async () => (await home.Host.Api.GetAsync("/api/v1/users/wallets").ReadAsync()).GetProperty("data").GetArrayLength(), n => n == 1, "the account has its wallet", seconds: 60);
        var path = $"{home.Path}/on-chain";
        await home.Host.Api.PostAsync(path, new { }).ReadAsync<PropertyProof>(202);
        var proof = await Until.HoldsAsync(() => home.Host.Api.GetAsync(path).ReadAsync<PropertyProof>(), p => p.Status == "done", "it is recorded", seconds: 60);

        (proof.Version, proof.Owner, proof.Listed).ShouldBe((1, wallet.Address.ToString(), true));
        Hex.Data(Keccak256.Hash([.. Encoding.UTF8.GetBytes(proof.Content!), .. Hex.Bytes(proof.Salt!)])).ShouldBe(proof.ContentHash);
        proof.Content!.ShouldContain("Rua do Salitre 12");
        var node = new EthereumNode(new JsonRpc(new HttpClient(), Product.Inside<ChainSettings>("blockchain").RpcUrl!));
        var recorded = await node.CallAsync(EthereumAddress.Parse(proof.Contract), Abi.Call("property(bytes32)", Hex.Bytes(proof.RecordId)), CancellationToken.None);
        (Abi.Address(recorded, 0), Hex.Data(Abi.Bytes32(recorded, 4))).ShouldBe((wallet.Address, proof.ContentHash));

        // Unchanged, it is not recorded again; others see that it is there, not what.
        (await home.Host.Api.PostAsync(path, new { }).ReadAsync<PropertyProof>()).TxHash.ShouldBe(proof.TxHash);
        (await Product.Api.GetAsync(path).ReadAsync<PropertyProof>()).ShouldSatisfyAllConditions(p => p.ContentHash.ShouldBe(proof.ContentHash), p => p.Content.ShouldBeNull(), p => p.Salt.ShouldBeNull());
        await Facts.TellAsync(Product, "blockchain", new AccountErased(home.Host.Id, Product.Now));
        (await home.Host.Api.GetAsync(path).ReadAsync<PropertyProof>()).ShouldSatisfyAllConditions(p => p.Content.ShouldBeNull(), p => p.Salt.ShouldBeNull());
    }
}
