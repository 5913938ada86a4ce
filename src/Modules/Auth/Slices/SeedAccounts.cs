using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>
/// Adds the accounts of the sample data, their addresses proved, and links their wallets where the chain is a development one: the keys of some are known to everybody. No mail goes out and nobody
/// is told: the user service gets the same batch. Each distinct password is hashed once.
/// </summary>
public static class SeedAccounts
{
    public static void Map(RouteGroupBuilder services) => services.MapPost("/seed", Handle).WithMetadata(new RequestSizeLimitAttribute(32 << 20));

    private static async Task<IResult> Handle(SampleBatch batch, NpgsqlDataSource source, PasswordVault vault, WalletProofs proofs, CancellationToken ct)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var password in batch.Accounts.Select(a => a.Password).Distinct()) hashes[password] = await vault.HashAsync(password, ct);

        var accounts = batch.Accounts;
        var added = await source.ExecuteAsync("""
            insert into users (id, email, email_key, name, password_hash, roles, status, language, email_verified_at, password_changed_at, created_at)
            select id, email, email_key, name, hash, string_to_array(roles, ','), 'active', language, registered_at, registered_at, registered_at
            from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[]) as a (id, email, email_key, name, hash, roles, language, registered_at)
            on conflict do nothing
            """,
            [
                accounts.Select(a => a.Id.Value).ToArray(), accounts.Select(a => Addresses.Clean(a.Email)).ToArray(), accounts.Select(a => Addresses.Key(a.Email)).ToArray(),
                accounts.Select(a => $"{a.FirstName} {a.LastName}".Trim()).ToArray(), accounts.Select(a => hashes[a.Password]).ToArray(),
                accounts.Select(a => string.Join(',', a.Roles.Append(Contracts.Auth.Role.Guest).Distinct().Order().Select(Wire.Name))).ToArray(),
                accounts.Select(a => a.Language).ToArray(), accounts.Select(a => a.RegisteredAt.ToUniversalTime()).ToArray(),
            ], ct);
        var wallets = accounts.Where(a => a.Wallet is not null && proofs.ChainId == SampleBatch.DevelopmentChainId).ToList();
        if (wallets.Count > 0)
            await source.ExecuteAsync("""
                insert into wallets (address, user_id, kind, chain_id, linked_at)
                select address, w.id, 'key', $3, users.created_at from unnest($1::text[], $2::uuid[]) as w (address, id) join users on users.id = w.id
                on conflict do nothing
                """, [wallets.Select(a => Wallet.KeyOf(EthereumAddress.Parse(a.Wallet!))).ToArray(), wallets.Select(a => a.Id.Value).ToArray(), proofs.ChainId], ct);
        return Results.Ok(new SampleOutcome(added));
    }
}
