using System.Numerics;
using System.Text.Json;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>Random histories of escrows: the contract (forge, contracts/test/Histories.t.sol), a model of it in C#, and the product's own books say the same.</summary>
public sealed class HistoryTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private const int Histories = 10_000, InDigest = 1_000, InBooks = 1_000;

    /// <summary>The file with which the contract is tested has the hashes that the model comes to.</summary>
    [Fact]
    public void Contract_and_model_agree_over_ten_thousand_histories()
    {
        var (digests, digest) = (new List<string>(), new byte[32]);
        BigInteger guest = 0, host = 0, treasury = 0;
        var (done, refused) = (0, 0);
        for (var number = 0; number < Histories; number++)
        {
            if (number % InDigest == 0) digest = new byte[32];
            var history = new History(number);
            var model = history.Model;
            history.Play(allowed =>
            {
                _ = allowed ? done++ : refused++;
                digest = Keccak256.Hash(Abi.Pack(digest, Abi.Word(allowed), Abi.Word(model.Amount), Abi.Word(model.HostShare), Abi.Word((int)model.Status),
                    Abi.Word(guest + model.GuestCredit), Abi.Word(host + model.HostCredit), Abi.Word(treasury + model.TreasuryCredit)));
            });
            (guest, host, treasury) = (guest + model.GuestCredit, host + model.HostCredit, treasury + model.TreasuryCredit);
            if (number % InDigest == InDigest - 1) digests.Add(Hex.Data(digest));
        }
        done.ShouldBeGreaterThan(2 * Histories);
        refused.ShouldBeGreaterThan(2 * Histories);
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "contracts", "vectors", "histories.json")));
        file.RootElement.GetProperty("digests").EnumerateArray().Select(d => d.GetString()).ShouldBe(digests);
    }

    /// <summary>What was let through, told to the product's books as the chain tells it: each escrow ends where the model's does, and its facts add up to what was paid in.</summary>
    [Fact]
    public async Task Model_and_books_agree()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        await using var connection = await lab.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var book = new EscrowBook(lab.Orders, lab.Settings, Microsoft.Extensions.Logging.Abstractions.NullLogger<EscrowBook>.Instance);
        var (expected, told) = (new Dictionary<string, EscrowModel>(), new Dictionary<string, List<IEvent>>());
        for (var number = 0; number < InBooks; number++)
        {
            var history = new History(number);
            var id = history.Terms.IdAt(31337, lab.Chain.Escrow);
            await InsertAsync(connection, lab, id, history.Terms);
            var (facts, steps, place) = (new List<IEvent>(), new List<EscrowFact>(), number);
            history.Play(allowed => { if (allowed) steps.Add(history.Model.Told! with { EscrowId = id }); });
            var at = DateTimeOffset.FromUnixTimeSeconds(history.Model.FundedAt);
            foreach (var step in steps)
                await book.ConfirmedAsync(connection, step, new ChainLog(new BlockRef(++place, "0x00"), "0x" + number.ToString("x64"), 0, lab.Chain.Escrow.ToString(), [], []), at, facts, CancellationToken.None);
            (expected[id], told[id]) = (history.Model, facts);
        }
        await transaction.CommitAsync();

        var rows = await lab.Source.QueryAsync($"select {EscrowRow.Columns} from escrows", [], EscrowRow.Read, CancellationToken.None);
        rows.Count.ShouldBe(InBooks);
        foreach (var row in rows)
        {
            var model = expected[row.EscrowId];
            row.State.ToString().ShouldBe(model.Status is ModelStatus.None ? nameof(EscrowState.Awaited) : model.Status.ToString());
            ((row.ToGuestMinor ?? 0) * row.WeiPerMinor).ShouldBe(model.GuestCredit);
            ((row.ToHostMinor ?? 0) * row.WeiPerMinor).ShouldBe(model.HostCredit);
            if (model.Status is not ModelStatus.None) (row.HostShareMinor * row.WeiPerMinor).ShouldBe(model.HostShare);
            if (model.Status is ModelStatus.Settled)
                told[row.EscrowId].Sum(fact => fact switch
                {
                    EscrowCancelled c => c.ToGuestMinor,
                    EscrowSettled s => s.ToGuestMinor + s.ToHostMinor + s.ToPlatformMinor,
                    _ => 0,
                }).ShouldBe(row.TotalMinor);
        }
    }

    private static async Task InsertAsync(Npgsql.NpgsqlConnection connection, ChainLab lab, string id, EscrowTerms terms)
    {
        await using var insert = connection.Sql("""
            insert into escrows (escrow_id, chain_id, contract, payment_id, attempt, booking_id, terms, tiers, guest, host, currency, ether_price, wei_per_minor, amount_wei, total_minor, payout_minor, host_share_minor, pay_by, check_out, release_at, state, created_at)
            values ($1, 31337, $2, $3, 1, $4, $5, $6, $7, $8, 'EUR', '3000', $9, $10, $11, $12, $12, $13, $14, $15, 'awaited', now())
            """, id, lab.Chain.Escrow.ToString(), Guid.CreateVersion7(), Guid.CreateVersion7(), terms.Encode(), terms.Tiers.SelectMany(Abi.Word).ToArray(), terms.Guest.ToString(), terms.Host.ToString(), terms.WeiPerMinor, terms.ValueWei,
            terms.TotalMinor, terms.PayoutMinor, DateTimeOffset.FromUnixTimeSeconds(terms.PayBy), DateTimeOffset.FromUnixTimeSeconds(terms.CheckOut), DateTimeOffset.FromUnixTimeSeconds(terms.ReleaseAt));
        await insert.ExecuteNonQueryAsync();
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EstoSpaces.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("EstoSpaces.slnx");
        return folder;
    }
}
