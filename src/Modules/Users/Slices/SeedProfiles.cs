using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Users;

/// <summary>Adds the people of the sample data with their wallets (hosts are paid there), and tells the rest of the product how they are called and reached.</summary>
public static class SeedProfiles
{
    public static void Map(RouteGroupBuilder services) => services.MapPost("/seed", Handle).WithMetadata(new RequestSizeLimitAttribute(32 << 20));

    private static async Task<IResult> Handle(SampleBatch batch, NpgsqlDataSource source, OutboxSignal signal, Settings settings, TimeProvider clock, CancellationToken ct)
    {
        var people = batch.Accounts;
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var insert = connection.Sql("""
            insert into user_profiles (user_id, email, first_name, last_name, phone, bio, language, country, email_verified, roles, provisional, created_at, updated_at, version)
            select id, email, first_name, last_name, phone, bio, language, country, true, string_to_array(roles, ','), false, registered_at, registered_at, 1
            from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::timestamptz[])
                as a (id, email, first_name, last_name, phone, bio, language, country, roles, registered_at)
            on conflict do nothing returning user_id
            """,
            people.Select(p => p.Id.Value).ToArray(), people.Select(p => p.Email).ToArray(), people.Select(p => p.FirstName).ToArray(), people.Select(p => p.LastName).ToArray(),
            people.Select(p => p.Phone).ToArray(), people.Select(p => p.Bio).ToArray(), people.Select(p => p.Language).ToArray(), people.Select(p => p.Country).ToArray(),
            people.Select(p => string.Join(',', p.Roles.Select(Wire.Name))).ToArray(), people.Select(p => p.RegisteredAt.ToUniversalTime()).ToArray());
        var added = new HashSet<Guid>();
        await using (var reader = await insert.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) added.Add(reader.GetGuid(0));
        await AddWalletsAsync(connection, people, settings.Int("ETH_CHAIN_ID"), ct);
        if (added.Count > 0)
            await Outbox.InsertAsync(connection, people.Where(p => added.Contains(p.Id.Value)).Select(p => new ProfileChanged(p.Id, p.Email, p.FirstName, p.Phone, p.Language, null)), clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        signal.Wake();
        return Results.Ok(new SampleOutcome(added.Count));
    }

    private static async Task AddWalletsAsync(NpgsqlConnection connection, IEnumerable<SampleAccount> people, long chainId, CancellationToken ct)
    {
        var owners = people.Where(p => p.Wallet is not null && chainId == SampleBatch.DevelopmentChainId).ToList();
        if (owners.Count == 0) return;
        await using var insert = connection.Sql("""
            insert into user_wallets (id, user_id, address, kind, chain_id, verified_at, is_payout)
            select gen_random_uuid(), id, address, 'key', $1, registered_at, payout from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::boolean[]) as w (id, address, registered_at, payout)
            on conflict do nothing
            """,
            chainId, owners.Select(p => p.Id.Value).ToArray(), owners.Select(p => UserWallet.KeyOf(EthereumAddress.Parse(p.Wallet!))).ToArray(),
            owners.Select(p => p.RegisteredAt.ToUniversalTime()).ToArray(), owners.Select(p => p.Roles.Contains(Role.Host)).ToArray());
        await insert.ExecuteNonQueryAsync(ct);
    }
}
