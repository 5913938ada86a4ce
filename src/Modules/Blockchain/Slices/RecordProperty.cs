using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>
/// A host records his listing in the public registry: an opaque id, his payout wallet, and a hash that only whoever is shown text and salt can check. Refused without a wallet, and while an earlier version is on its way.
/// Anybody reads what is recorded; text and salt only the host.
/// </summary>
public static class RecordProperty
{
    /// <summary>RFC 8785: keys in order, no white space, nothing escaped that needn't be.</summary>
    private static readonly JsonWriterOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Row(int Version, string Owner, string? Content, byte[]? Salt, string ContentHash, bool Listed, string OrderKey, DateTimeOffset CreatedAt, Guid HostId);

    public static void Map(RouteGroupBuilder proof)
    {
        proof.MapPost("/on-chain", HandleAsync).WithName("RecordPropertyOnChain").RequireAuthorization(Policies.Host).Idempotent().Produces<PropertyProof>(202);
        proof.MapGet("/on-chain", ReadAsync).WithName("ReadPropertyOnChain").Produces<PropertyProof>();
    }

    private static async Task<IResult> HandleAsync(PropertyId id, Caller caller, ChainLink link, PropertiesClient properties, UsersClient users, OperatorOrders orders, ChainSignal signal, NpgsqlDataSource source, ChainSettings settings, TimeProvider clock, CancellationToken ct)
    {
        if (link.Live is not { Registry: { } registry } chain) return BlockchainRefusals.Off(link.Off ?? "there is no property registry on this chain").ToProblem();
        var listing = await properties.GetListingAsync(id, ct);
        if (listing.Refused) return listing.Refusal.ToProblem();
        if (listing.Value.HostId != caller.UserId) return BlockchainRefusals.PropertyNotYours.ToProblem();
        var wallets = await users.GetWalletsAsync(caller.UserId, ct);
        if (wallets.Refused) return wallets.Refusal.ToProblem();
        if ((wallets.Value.FirstOrDefault(w => w.Payout) ?? (wallets.Value.Count > 0 ? wallets.Value[0] : null)) is not { } wallet || !EthereumAddress.TryParse(wallet.Address, out var owner)) return BlockchainRefusals.WalletMissing.ToProblem();

        var (content, listed) = (ContentOf(listing.Value), listing.Value.Status is ListingStatus.Published);
        var last = await LastAsync(source, id, ct);
        var order = last is null ? null : await orders.ViewAsync(last.OrderKey, ct);
        if (last is not null && order is { Status: not "failed" } && last.Content == content && last.Owner == owner.ToString() && last.Listed == listed) return TypedResults.Ok(Show(id, last, order, registry, settings, withText: true));
        if (order is { Status: "pending" }) return BlockchainRefusals.RecordPending.ToProblem();

        // The contract's own count: it takes the next version only, whatever we remember.
        var version = (int)Abi.UInt(await chain.Node.CallAsync(registry, Abi.Call("property(bytes32)", IdOf(id)), ct), 2) + 1;
        var salt = RandomNumberGenerator.GetBytes(32);
        var hash = Keccak256.Hash([.. Encoding.UTF8.GetBytes(content), .. salt]);
        var now = clock.GetUtcNow();
        var key = string.Create(CultureInfo.InvariantCulture, $"record:{id}:{version}:{now.ToUnixTimeMilliseconds()}");
        await using (var connection = await source.OpenConnectionAsync(ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await using (var command = connection.Sql("insert into property_records (property_id, version, host_id, owner, content, salt, content_hash, listed, order_key, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                id.Value, version, caller.UserId.Value, owner.ToString(), content, salt, Hex.Data(hash), listed, key, now)) await command.ExecuteNonQueryAsync(ct);
            await orders.AddAsync(connection, new Order(key, "record", null, registry, Abi.Call("record(bytes32,address,bytes32,bool,uint32)", IdOf(id), Abi.Word(owner), hash, Abi.Word(listed), Abi.Word(version)), now), ct);
            await transaction.CommitAsync(ct);
        }
        signal.Wake();
        var made = await LastAsync(source, id, ct);
        return TypedResults.Json(Show(id, made!, await orders.ViewAsync(key, ct), registry, settings, withText: true), Wire.Json, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ReadAsync(PropertyId id, Caller? caller, ChainLink link, OperatorOrders orders, NpgsqlDataSource source, ChainSettings settings, CancellationToken ct)
    {
        if (link.Live is not { Registry: { } registry }) return BlockchainRefusals.Off(link.Off ?? "there is no property registry on this chain").ToProblem();
        if (await LastAsync(source, id, ct) is not { } row) return BlockchainRefusals.NotRecorded.ToProblem();
        return TypedResults.Ok(Show(id, row, await orders.ViewAsync(row.OrderKey, ct), registry, settings, withText: caller?.UserId.Value == row.HostId));
    }

    private static async Task<Row?> LastAsync(NpgsqlDataSource source, PropertyId id, CancellationToken ct) => (await source.QueryAsync("""
        select version, owner, content, salt, content_hash, listed, order_key, created_at, host_id from property_records where property_id = $1 order by created_at desc limit 1
        """, [id.Value], row => new Row(row.GetInt32(0), row.GetString(1), row.Text(2), row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3), row.GetString(4), row.GetBoolean(5), row.GetString(6), row.GetFieldValue<DateTimeOffset>(7), row.GetGuid(8)), ct)).SingleOrDefault();

    private static PropertyProof Show(PropertyId id, Row row, EscrowOrderView? order, EthereumAddress registry, ChainSettings settings, bool withText) =>
        new(id, Hex.Data(IdOf(id)), settings.ChainId, registry.ToString(), row.Version, row.Owner, row.ContentHash, row.Listed, order?.Status ?? "pending", order?.TxHash, order?.Failure, row.CreatedAt)
        {
            Content = withText ? row.Content : null, Salt = withText && row.Salt is { } salt ? Hex.Data(salt) : null,
        };

    /// <summary>The hash of the UUID's 16 bytes: says nothing to whoever doesn't know the listing's address here.</summary>
    private static byte[] IdOf(PropertyId id) => Keccak256.Hash(id.Value.ToByteArray(bigEndian: true));

    /// <summary>What identifies the home and its host.</summary>
    private static string ContentOf(BookableListing listing)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Canonical))
        {
            json.WriteStartObject();
            json.WriteString("city", listing.City);
            json.WriteString("country_code", listing.CountryCode);
            json.WriteString("host_id", listing.HostId.Value);
            json.WriteString("id", listing.Id.Value);
            json.WriteString("postal_code", listing.ExactPlace.PostalCode ?? "");
            json.WriteString("street", listing.ExactPlace.Street ?? "");
            json.WriteString("title", listing.Title);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
