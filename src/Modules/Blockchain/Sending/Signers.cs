using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Sending;

/// <summary>A transaction of type 2 (EIP-1559) without access list and value, before it is signed.</summary>
public sealed record UnsignedTransaction(long ChainId, long Nonce, Fees Fees, long Gas, EthereumAddress? To, byte[] Data)
{
    /// <summary>The fields, each in RLP, in the order in which they are signed and sent.</summary>
    public byte[][] Fields() =>
    [
        Rlp.Number(ChainId), Rlp.Number(Nonce), Rlp.Number(Fees.Tip), Rlp.Number(Fees.Most), Rlp.Number(Gas), Rlp.Bytes(To is { } to ? to.ToBytes() : []), Rlp.Number(0), Rlp.Bytes(Data), Rlp.List(),
    ];

    /// <summary>What is signed.</summary>
    public byte[] Digest() => Keccak256.Hash([2, .. Rlp.List(Fields())]);
}

/// <summary>The bytes that a node takes, and the hash by which the chain knows them.</summary>
public sealed record SignedTransaction(byte[] Raw)
{
    public string Hash { get; } = Hex.Data(Keccak256.Hash(Raw));
}

/// <summary>Signs for one account.</summary>
public interface ITransactionSigner
{
    EthereumAddress Address { get; }

    /// <summary>Throws <see cref="HttpRequestException"/> when the signer is away, <see cref="NodeRefusedException"/> when it says no.</summary>
    Task<SignedTransaction> SignAsync(UnsignedTransaction transaction, CancellationToken ct);
}

/// <summary>Asks somebody else to sign by eth_signTransaction: a remote signer (Web3Signer, Clef), or a development node with unlocked accounts. No key is in this process.</summary>
public sealed class RemoteSigner(JsonRpc rpc, EthereumAddress address) : ITransactionSigner
{
    public EthereumAddress Address => address;

    public async Task<SignedTransaction> SignAsync(UnsignedTransaction transaction, CancellationToken ct)
    {
        var request = new Dictionary<string, object?>
        {
            ["from"] = EthereumNode.Text(address), ["nonce"] = Hex.Quantity(transaction.Nonce), ["gas"] = Hex.Quantity(transaction.Gas), ["maxFeePerGas"] = Hex.Quantity(transaction.Fees.Most),
            ["maxPriorityFeePerGas"] = Hex.Quantity(transaction.Fees.Tip), ["value"] = "0x0", ["data"] = Hex.Data(transaction.Data), ["chainId"] = Hex.Quantity(transaction.ChainId), ["type"] = "0x2",
        };
        if (transaction.To is { } to) request["to"] = EthereumNode.Text(to);
        var answer = await rpc.CallAsync("eth_signTransaction", [request], ct);
        var raw = Hex.Bytes((answer.ValueKind == JsonValueKind.Object ? answer.GetProperty("raw") : answer).GetString()!);
        // A signer that answers something else than it was asked is broken or not ours.
        return Says(raw, transaction) ? new SignedTransaction(raw) : throw new NodeUnavailableException("the signer signed another transaction than it was asked to");
    }

    private static bool Says(byte[] raw, UnsignedTransaction transaction)
    {
        if (raw.Length < 3 || raw[0] != 2 || raw[1] < 0xc0) return false;
        var head = raw[1] < 0xf8 ? 2 : 2 + (raw[1] - 0xf7);
        byte[] fields = [.. transaction.Fields().SelectMany(f => f)];
        return raw.Length > head + fields.Length && raw.AsSpan(head, fields.Length).SequenceEqual(fields);
    }
}

/// <summary>Signs with a key in this process, by the platform's ECDSA (OpenSSL, CNG; macOS has no secp256k1). For development against public test networks; refused in production.</summary>
public sealed class KeySigner : ITransactionSigner, IDisposable
{
    /// <summary>The order of the curve (SEC 2, secp256k1).</summary>
    private static readonly BigInteger Order = BigInteger.Parse("00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private readonly ECDsa key;

    /// <summary>From the 32 bytes of a private key. Throws <see cref="CryptographicException"/> for what is none.</summary>
    public KeySigner(byte[] privateKey)
    {
        key = ECDsa.Create(new ECParameters { Curve = ECCurve.CreateFromFriendlyName("secP256k1"), D = privateKey });
        var q = key.ExportParameters(false).Q;
        Address = EthereumAddress.OfPublicKey([.. q.X!, .. q.Y!]);
    }

    public EthereumAddress Address { get; }

    public Task<SignedTransaction> SignAsync(UnsignedTransaction transaction, CancellationToken ct)
    {
        var digest = transaction.Digest();
        var rs = key.SignHash(digest);
        var s = new BigInteger(rs.AsSpan(32), isUnsigned: true, isBigEndian: true);
        if (s > Order / 2) Abi.Word(s = Order - s).CopyTo(rs, 32); // EIP-2 takes the lower one only
        // The platform does not tell which of the two points it used: one of them recovers to our address.
        var parity = Secp256k1.RecoverAddress(digest, [.. rs, 27]) == Address ? 0 : 1;
        return Task.FromResult(new SignedTransaction([2, .. Rlp.List([.. transaction.Fields(), Rlp.Number(parity), Rlp.Number(Abi.UInt(rs, 0)), Rlp.Number(s)])]));
    }

    public void Dispose() => key.Dispose();
}
