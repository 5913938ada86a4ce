using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Modules.Tests.Pricing;
using EstoSpaces.Payments;
using EstoSpaces.Payments.Ledger;
using EstoSpaces.Testing;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>Histories of movements as the module books them: each balances, and when a stay is settled nothing of it is held.</summary>
public sealed class PostingProperties
{
    private sealed record History(MoneyParts Parts, int[] Steps, long HostFee);

    private static readonly UserId Host = UserId.New();

    private static readonly Gen<History> Histories =
        from subtotal in Gen.Choose(0, 1_000_000)
        from fee in Gen.Choose(0, 150_000)
        from vat in Gen.Choose(0, 30_000)
        from tax in Gen.Choose(0, 50_000)
        from steps in Gen.Choose(0, 10_000).ArrayOf()
        from hostFee in Gen.Choose(0, 10_000)
        select new History(new MoneyParts(subtotal, fee, vat, tax), steps, subtotal * (long)hostFee / 10_000);

    private static void Holds(Action<History> check) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Histories.ToArbitrary(), check));

    [Fact]
    public void Every_movement_balances_and_a_settled_stay_holds_nothing() => Holds(history =>
    {
        var books = new Dictionary<string, long>();
        void Post(PostingRule rule, Movement movement)
        {
            var lines = Postings.Lines(rule, movement);
            lines.Sum(l => l.AmountMinor).ShouldBe(0);
            lines.ShouldAllBe(l => l.AmountMinor != 0 && l.Currency == "EUR");
            foreach (var line in lines) books[line.Account] = books.GetValueOrDefault(line.Account) + line.AmountMinor;
        }
        var some = new Movement("stripe", Host, "EUR");
        Post(PostingRule.PaymentReceived, some with { Parts = history.Parts });
        var (left, owed) = (history.Parts, 0L);
        foreach (var step in history.Steps)
        {
            var parts = left.Spread(left.Total * step / 10_000);
            parts.Total.ShouldBe(left.Total * step / 10_000);
            parts.FitsInto(left).ShouldBeTrue();
            left -= parts;
            Post(PostingRule.RefundOwed, some with { Parts = parts });
            Post(PostingRule.RefundPaid, some with { AmountMinor = parts.Total });
            if (step % 3 == 0) { Post(PostingRule.RefundBounced, some with { AmountMinor = parts.Total }); owed += parts.Total; }
        }
        var hostFee = Money.Portion(history.HostFee, left.HostSubtotal, history.Parts.HostSubtotal);
        Post(PostingRule.StaySettled, some with { Parts = left, HostFeeMinor = hostFee });
        Post(PostingRule.PayoutPaid, some with { AmountMinor = left.HostSubtotal - hostFee });

        books.Values.Sum().ShouldBe(0);
        books.GetValueOrDefault(Accounts.GuestFundsHeld).ShouldBe(0);
        books.GetValueOrDefault(Accounts.HostPayable(Host)).ShouldBe(0);
        books.GetValueOrDefault(Accounts.RefundsPayable).ShouldBe(-owed);
    });

    [Fact]
    public void A_cancellation_takes_the_quotes_own_breakdown_where_it_fits_and_its_amount_always() => Holds(history =>
    {
        var quote = WorkedExample.Quote();
        var whole = MoneyParts.Of(quote);
        whole.TakeRefund(471_65, new RefundBreakdown(437_00, 0, 34_65), quote).ShouldBe(new MoneyParts(437_00, 0, 0, 34_65));
        var left = whole - whole.Spread(whole.Total * (history.Steps.FirstOrDefault() % 10_000) / 10_000);
        var wanted = Math.Min(471_65, left.Total);
        var taken = left.TakeRefund(wanted, new RefundBreakdown(437_00, 0, 34_65), quote);
        taken.Total.ShouldBe(wanted);
        taken.FitsInto(left).ShouldBeTrue();
    });
}

/// <summary>The database has the last word on the ledger.</summary>
public sealed class LedgerTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly NpgsqlDataSource source = fixture.Product.Inside<NpgsqlDataSource>("payments");

    private Task<PostgresException> RefusedAsync(string sql) => Should.ThrowAsync<PostgresException>(() => source.ExecuteAsync(sql, [], CancellationToken.None));

    private const string NewTransaction = """
        with t as (insert into ledger_transactions (id, rule, reference, booking_id, payment_id, posted_at)
            values (gen_random_uuid(), 'test', gen_random_uuid()::text, gen_random_uuid(), gen_random_uuid(), now()) returning id)
        """;

    [Theory]
    [InlineData("select t.id, 1, 'guest_funds_held', 'EUR', 5 from t")]
    [InlineData("select t.id, x.line, 'guest_funds_held', x.currency, x.amount from t, (values (1, 'EUR', 5), (2, 'USD', -5)) as x (line, currency, amount)")]
    [InlineData("select t.id, 1, 'guest_funds_held', 'EUR', 5 from t where false")]
    public async Task A_transaction_that_does_not_balance_in_each_currency_is_refused(string entries)
    {
        await source.ExecuteAsync("insert into ledger_accounts (code, currency) values ('guest_funds_held', 'EUR'), ('guest_funds_held', 'USD') on conflict do nothing", [], CancellationToken.None);
        (await RefusedAsync($"{NewTransaction} insert into ledger_entries (transaction_id, line, account, currency, amount_minor) {entries}")).MessageText.ShouldContain("does not balance");
    }

    [Fact]
    public async Task Nothing_in_the_books_is_changed_or_removed()
    {
        await fixture.Product.WithPaidBookingAsync();
        foreach (var sql in new[] { "update ledger_entries set amount_minor = amount_minor + 1", "delete from ledger_entries", "truncate ledger_entries, ledger_transactions", "delete from ledger_transactions", "update invoices set total_minor = 0", "delete from invoices" })
            (await RefusedAsync(sql)).MessageText.ShouldContain("append-only");
    }

    [Fact]
    public async Task Not_even_what_balances_is_added_to_a_transaction_of_the_past()
    {
        await fixture.Product.WithPaidBookingAsync();
        (await RefusedAsync("""
            insert into ledger_entries (transaction_id, line, account, currency, amount_minor)
            select t.id, 100 + x.line, e.account, e.currency, x.amount from (select id from ledger_transactions limit 1) t join ledger_entries e on e.transaction_id = t.id and e.line = 1, (values (1, 5), (2, -5)) as x (line, amount)
            """)).MessageText.ShouldContain("append-only");
    }

    [Fact]
    public async Task A_status_that_does_not_follow_is_refused()
    {
        await fixture.Product.WithPaidBookingAsync();
        (await RefusedAsync("update payments set status = 'requires_action' where status = 'succeeded'")).MessageText.ShouldContain("cannot go from");
    }
}
