using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Ethereum;

/// <summary>Who signed: published vectors, what is refused, and the same answers as ethers and viem.</summary>
public sealed class RecoveryTests
{
    private static readonly byte[] Order = Hex.Bytes("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    private static readonly byte[] Zero = new byte[32];

    [Fact] // The example of the ecrecover precompile at evm.codes
    public void The_example_of_the_precompile_recovers() =>
        Secp256k1.RecoverAddress(Hex.Bytes("0x456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3"),
            Hex.Bytes("0x9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac80388256084f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada1c"))
            .ToString().ShouldBe("0x7156526fbD7a3C72969B54f64e42c10fbb768C8a");

    [Fact] // The example of web3's documentation: eth.accounts.sign("Some data", …)
    public void The_example_of_web3_recovers()
    {
        const string signature = "0xb91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c";
        Secp256k1.RecoverAddress(Eip191.PersonalHash("Some data"), Hex.Bytes(signature)).ToString().ShouldBe("0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
        new TestWallet(Hex.Bytes("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")).Address.ToString().ShouldBe("0x2c7536E3605D9C16a7a3D7b1898e529396a65c23");
    }

    [Fact]
    public void A_signature_recovers_to_who_made_it_and_to_nobody_else_when_a_bit_differs()
    {
        for (var i = 0; i < 20; i++)
        {
            var (wallet, hash) = (TestWallet.New(), RandomNumberGenerator.GetBytes(32));
            var signature = wallet.Sign(hash);
            Secp256k1.RecoverAddress(hash, signature).ShouldBe(wallet.Address);
            signature[64] -= 27;
            Secp256k1.RecoverAddress(hash, signature).ShouldBe(wallet.Address);

            var bit = RandomNumberGenerator.GetInt32(65 * 8);
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Secp256k1.RecoverAddress(hash, signature).ShouldNotBe(wallet.Address);
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            hash[bit % 32] ^= 1;
            Secp256k1.RecoverAddress(hash, signature).ShouldNotBe(wallet.Address);
        }
    }

    [Fact]
    public void The_mirror_image_of_a_signature_is_refused()
    {
        var (wallet, hash) = (TestWallet.New(), RandomNumberGenerator.GetBytes(32));
        var signature = wallet.Sign(hash);
        var mirror = TestWallet.Mirror(signature);
        TestWallet.Mirror(mirror).ShouldBe(signature);
        Secp256k1.RecoverAddress(hash, mirror).ShouldBeNull();
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        var hash = RandomNumberGenerator.GetBytes(32);
        var signature = TestWallet.New().Sign(hash);
        var (r, s, v) = (signature[..32], signature[32..64], signature[64]);
        Secp256k1.RecoverPublicKey(hash, r, s, v).ShouldNotBeNull();
        Secp256k1.RecoverPublicKey(hash, Zero, s, v).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash, r, Zero, v).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash, Order, s, v).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash, r, Order, v).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash, [.. Enumerable.Repeat((byte)255, 32)], s, v).ShouldBeNull();
        foreach (var other in new byte[] { 2, 3, 26, 29, 30, 35, 255 }) Secp256k1.RecoverPublicKey(hash, r, s, other).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash[..31], r, s, v).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash, r[..31], s, v).ShouldBeNull();
        Secp256k1.RecoverPublicKey(hash, r, s[..31], v).ShouldBeNull();
        Secp256k1.RecoverAddress(hash, signature[..64]).ShouldBeNull();
        Secp256k1.RecoverAddress(hash, [.. signature, 0]).ShouldBeNull();
    }

    [Fact]
    public void The_largest_s_that_is_low_is_taken_and_the_next_is_not()
    {
        var half = Hex.Bytes("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
        var above = Hex.Bytes("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1");
        var x = Hex.Bytes("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        Secp256k1.RecoverPublicKey(Zero, x, half, 27).ShouldNotBeNull();
        Secp256k1.RecoverPublicKey(Zero, x, above, 27).ShouldBeNull();
    }

    [Fact]
    public void An_r_without_a_point_and_a_sum_at_infinity_are_nobodys()
    {
        // x = 5 is on no point of y² = x³ + 7.
        var five = Zero.ToArray();
        five[31] = 5;
        var one = Zero.ToArray();
        one[31] = 1;
        Secp256k1.RecoverPublicKey(Zero, five, one, 27).ShouldBeNull();

        // With R = G and s = hash the key would be (s - hash)·G / r, which is no point.
        var x = Hex.Bytes("0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        Secp256k1.RecoverPublicKey(one, x, one, 27).ShouldBeNull();
        // With R = -G both points of the sum are each other's mirror from the beginning.
        Secp256k1.RecoverPublicKey(one, x, one, 28).ShouldNotBeNull();
    }

    [Fact]
    public async Task Ethers_and_viem_agree_about_keys_hashes_and_signatures()
    {
        var samples = (await NodeScript.RunAsync("ethereum.mjs", "", "make", "150")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        samples.Count.ShouldBe(150);
        foreach (var sample in samples)
        {
            string Text(string name) => sample.GetProperty(name).GetString()!;
            var digest = Keccak256.Hash(Hex.Bytes(Text("data")));
            Hex.Data(digest).ShouldBe(Text("keccak"));
            var raw = Hex.Bytes(Text("raw_signature"));
            Hex.Data(Secp256k1.RecoverPublicKey(digest, raw.AsSpan(0, 32), raw.AsSpan(32, 32), raw[64])!).ShouldBe(Text("public_key"));
            Hex.Data(Eip191.PersonalHash(Text("message"))).ShouldBe(Text("hash"));
            Secp256k1.RecoverAddress(Hex.Bytes(Text("hash")), Hex.Bytes(Text("signature"))).ToString().ShouldBe(Text("address"));
            new TestWallet(Hex.Bytes(Text("key"))).Address.ToString().ShouldBe(Text("address"));

            SignInMessageReader.TryRead(Text("message"), out var message, out var flaw).ShouldBeTrue($"{flaw}\n{Text("message")}");
            message!.ToString().ShouldBe(Text("message"));
            var fields = sample.GetProperty("fields");
            message.ShouldSatisfyAllConditions(
                () => message.Address.ToString().ShouldBe(Text("address")),
                () => message.Domain.ShouldBe(fields.GetProperty("domain").GetString()),
                () => message.Nonce.ShouldBe(fields.GetProperty("nonce").GetString()),
                () => message.ChainId.ShouldBe(fields.GetProperty("chainId").GetInt64()),
                () => SignInMessage.Time(message.IssuedAt).ShouldBe(fields.GetProperty("issuedAt").GetString()));
        }
    }

    [Fact]
    public async Task Ethers_and_viem_take_the_signatures_of_the_tests_wallet()
    {
        var wallets = Enumerable.Range(0, 40).Select(_ => TestWallet.New()).ToList();
        var lines = wallets.Select((wallet, i) => JsonSerializer.Serialize(new { message = $"message {i} é", signature = wallet.SignText($"message {i} é") }));
        var answers = (await NodeScript.RunAsync("ethereum.mjs", string.Join('\n', lines), "verify")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        answers.Select(a => a.Trim('"')).ShouldBe(wallets.Select(w => w.Address.ToString()));
    }

    [Fact]
    public void The_orders_half_is_what_it_is_said_to_be() =>
        (BigInteger.Parse("0" + Convert.ToHexString(Order), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) / 2)
            .ShouldBe(Hex.Number("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"));
}
