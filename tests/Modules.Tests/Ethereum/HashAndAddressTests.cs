using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Kernel.Ethereum;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Ethereum;

/// <summary>Hashes, addresses and hex against published vectors.</summary>
public sealed class HashAndAddressTests
{
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("transfer(address,uint256)", "a9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b")]
    [InlineData("The quick brown fox jumps over the lazy dog", "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15")]
    public void Keccak_has_the_known_hash_of(string text, string hash) => Convert.ToHexStringLower(Keccak256.Hash(text)).ShouldBe(hash);

    [Fact]
    public void Keccak_of_a_million_letters_is_the_known_one() =>
        Convert.ToHexStringLower(Keccak256.Hash(new string('a', 1_000_000))).ShouldBe("fadae6b49f129bbb812be8407b7b2894f34aecf6dbd1f9b0f0c7e9853098fc96");

    [Fact]
    public void With_its_padding_the_permutation_is_the_platforms_sha3()
    {
        SHA3_256.IsSupported.ShouldBeTrue();
        for (var length = 0; length < 420; length++)
        {
            var data = RandomNumberGenerator.GetBytes(length);
            Keccak256.Hash(data, 0x06).ShouldBe(SHA3_256.HashData(data), $"{length} bytes");
        }
    }

    [Theory] // EIP-55's own list
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void An_address_is_written_with_its_checksum(string text)
    {
        EthereumAddress.Parse(text).ToString().ShouldBe(text);
        EthereumAddress.Parse(text.ToLowerInvariant()).ToString().ShouldBe(text);
        EthereumAddress.Parse("0x" + text[2..].ToUpperInvariant()).ToString().ShouldBe(text);
        EthereumAddress.TryParseExact(text, out _).ShouldBeTrue();
        EthereumAddress.TryParseExact(text.ToLowerInvariant(), out _).ShouldBe(text == text.ToLowerInvariant());
    }

    [Theory]
    [InlineData("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")] // one letter in the other case
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAEd")]
    [InlineData("0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    [InlineData(" 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("0x５aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")] // a digit of full width
    [InlineData("0xdе709f2102306220921060314715629080e2fb77")] // a Cyrillic letter
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_address_or_mistyped_is_refused(string? text)
    {
        EthereumAddress.TryParse(text, out _).ShouldBeFalse();
        if (text is not null) Should.Throw<FormatException>(() => EthereumAddress.Parse(text));
    }

    [Fact]
    public void Any_address_survives_being_written_and_read() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<byte[]>().Where(b => b is { Length: 20 } || b is not null).Select(b => SHA256.HashData(b)[..20]).ToArbitrary(), bytes =>
        {
            var address = new EthereumAddress(bytes);
            return address.ToBytes().SequenceEqual(bytes) && EthereumAddress.Parse(address.ToString()) == address && EthereumAddress.Parse(Hex.Data(bytes)) == address && address.IsZero == bytes.All(b => b == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("0x", "")]
    [InlineData("0x00fF", "00ff")]
    public void Hex_data_is_read(string text, string bytes) => Convert.ToHexStringLower(Hex.Bytes(text)).ShouldBe(bytes);

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0x0")]
    [InlineData("0xzz")]
    [InlineData("0X00")]
    [InlineData("0x 00")]
    public void What_is_no_hex_data_is_refused(string text)
    {
        Hex.TryBytes(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => Hex.Bytes(text));
    }

    [Fact]
    public void Quantities_have_no_zeros_in_front()
    {
        Hex.Quantity(0).ShouldBe("0x0");
        Hex.Quantity(65).ShouldBe("0x41");
        Hex.Quantity(1024).ShouldBe("0x400");
        Hex.Quantity(ulong.MaxValue).ShouldBe("0xffffffffffffffff");
        Should.Throw<ArgumentOutOfRangeException>(() => Hex.Quantity(-1));
        Hex.UInt64("0xffffffffffffffff").ShouldBe(ulong.MaxValue);
        Hex.Number("0x80").ShouldBe(128);
        foreach (var none in new[] { "", "0x", "80", "0xg", "-0x1", "0x" + new string('f', 65) }) Should.Throw<FormatException>(() => Hex.Number(none), none);
        Should.Throw<OverflowException>(() => Hex.UInt64("0x10000000000000000"));
    }

    [Fact] // The example of EIP-191's oldest library: web3's eth.accounts.hashMessage("Hello World")
    public void A_text_is_hashed_as_wallets_hash_it()
    {
        Hex.Data(Eip191.PersonalHash("Hello World")).ShouldBe("0xa1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2");
        Hex.Data(Eip191.PersonalHash("Some data")).ShouldBe("0x1da44b586eb0729ff70a73c326926f6ed5a25f5b056e7f47fbc6e58d86871655");
        Should.Throw<EncoderFallbackException>(() => Eip191.PersonalHash("half a pair \ud800"));
    }
}
