using System.Globalization;
using System.Numerics;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Pricing;

/// <summary>The refund table of the escrow contract: the file with which the contract is tested says what the product's own refunds say.</summary>
public sealed class EscrowTableTests
{
    [Fact]
    public void The_contracts_vectors_are_what_a_card_gets_back()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "contracts", "vectors", "refunds.json")));
        var cases = EscrowVectors.All().ToList();
        file.RootElement.GetArrayLength().ShouldBe(cases.Count);
        foreach (var (expected, json) in cases.Zip(file.RootElement.EnumerateArray()))
        {
            var name = json.GetProperty("name").GetString();
            name.ShouldBe(expected.Name);
            json.GetProperty("currency").GetString().ShouldBe(expected.Currency, name);
            json.GetProperty("wei_per_minor").GetString().ShouldBe(expected.WeiPerMinor, name);
            long[] numbers = [.. ((string[])["total_minor", "payout_minor", "grace_before", "grace_seconds", "check_in", "check_out"]).Select(key => json.GetProperty(key).GetInt64())];
            numbers.ShouldBe([expected.TotalMinor, expected.PayoutMinor, expected.GraceBefore, expected.GraceSeconds, expected.CheckIn, expected.CheckOut], name);
            json.GetProperty("tiers").EnumerateArray().Select(word => word.GetString()).ShouldBe(expected.Tiers, name);
            Numbers(json, "funded_at").ShouldBe(expected.Samples.Select(s => s.FundedAt), name);
            Numbers(json, "cancelled_at").ShouldBe(expected.Samples.Select(s => s.CancelledAt), name);
            Numbers(json, "to_guest_minor").ShouldBe(expected.Samples.Select(s => s.ToGuestMinor), name);
            Numbers(json, "to_host_minor").ShouldBe(expected.Samples.Select(s => s.ToHostMinor), name);
        }
    }

    [Fact]
    public void A_table_is_always_one_that_the_contract_takes()
    {
        foreach (var policy in Enum.GetValues<CancellationPolicy>())
            for (var nights = 1; nights <= 60; nights++)
            {
                var quote = WorkedExample.Plain(policy, nights, price: WorkedExample.Price, guests: WorkedExample.Guests);
                var before = 0L;
                foreach (var tier in EscrowTable.Tiers(quote))
                {
                    tier.Until.ShouldBeGreaterThan(before);
                    (tier.ToGuestMinor + tier.ToHostMinor).ShouldBeInRange(quote.PayoutMinor, quote.TotalMinor);
                    before = tier.Until;
                }
            }
    }

    /// <summary>The only rounding on the way from a price in ether to wei.</summary>
    [Theory]
    [InlineData("3000.00", "EUR", "3333333333333")]
    [InlineData("0.03", "EUR", "333333333333333333")]
    [InlineData("2000", "EUR", "5000000000000")]
    [InlineData("467123", "JPY", "2140763781702")]
    [InlineData("1999.99", "USD", "5000025000125")]
    public void Wei_per_minor_unit_is_rounded_half_up_once(string price, string currency, string wei)
    {
        EscrowTable.WeiPerMinor(decimal.Parse(price, CultureInfo.InvariantCulture), currency).ShouldBe(BigInteger.Parse(wei, CultureInfo.InvariantCulture));
    }

    private static IEnumerable<long> Numbers(JsonElement json, string key) => json.GetProperty(key).EnumerateArray().Select(n => n.GetInt64());

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EstoSpaces.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("EstoSpaces.slnx");
        return folder;
    }
}
