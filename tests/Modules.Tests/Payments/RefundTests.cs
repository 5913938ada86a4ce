using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

public sealed class RefundTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private static Task<HttpResponseMessage> RefundAsync(Person admin, PaymentId payment, long? amount, string? key = null) =>
        admin.Api.PostAsync($"/api/v1/payments/{payment}/refund", new { amount = amount is null ? null : (object)new { amount, currency = "EUR" }, reason = "the heating was broken" }, key);

    private async Task<long> RefundedAtStripeAsync(PaymentView payment) => (await product.ChargesAsync(payment)).Single().GetProperty("amount_refunded").GetInt64();

    [Fact]
    public async Task An_admin_refunds_a_part_then_the_rest_and_never_more()
    {
        var (held, payment) = await product.WithPaidBookingAsync();
        var admin = await product.NewAdminAsync();
        var promised = await RefundAsync(admin, payment.Id, 100_00).ReadAsync<PaymentView>();
        promised.Refunds.ShouldHaveSingleItem().Amount.ShouldBe(new Money(100_00, "EUR"));
        (await held.BecomesAsync(payment.Id, PaymentStatus.PartiallyRefunded)).Refunded.ShouldBe(new Money(100_00, "EUR"));
        (await RefundedAtStripeAsync(payment)).ShouldBe(100_00);

        await RefundAsync(admin, payment.Id, 931_02).ShouldRefuseAsync(409, "refund_too_large", "amount");
        await RefundAsync(admin, payment.Id, 0).ShouldRefuseAsync(400, "refund_amount_invalid", "amount");
        await RefundAsync(admin, payment.Id, null).ShouldBeAsync(200);
        (await held.BecomesAsync(payment.Id, PaymentStatus.Refunded)).Refunded.ShouldBe(new Money(1_031_01, "EUR"));
        (await RefundedAtStripeAsync(payment)).ShouldBe(1_031_01);
        await RefundAsync(admin, payment.Id, null).ShouldRefuseAsync(409, "refund_too_large");

        var papers = (await held.Guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Page<InvoiceView>>()).Data;
        papers.Select(p => (p.Kind, p.Total.AmountMinor)).ShouldBe([("credit_note", -931_01), ("credit_note", -100_00), ("invoice", 1_031_01)]);
        papers.ShouldAllBe(p => p.Lines.Sum(l => l.AmountMinor) == p.Total.AmountMinor);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_repeated_refund_with_the_same_key_refunds_once()
    {
        var (held, payment) = await product.WithPaidBookingAsync();
        var (admin, key) = (await product.NewAdminAsync(), Guid.NewGuid().ToString());
        await RefundAsync(admin, payment.Id, 50_00, key).ShouldBeAsync(200);
        await RefundAsync(admin, payment.Id, 50_00, key).ShouldBeAsync(200);
        (await held.BecomesAsync(payment.Id, PaymentStatus.PartiallyRefunded)).Refunds.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Refunds_at_once_never_exceed_the_payment()
    {
        var (held, payment) = await product.WithPaidBookingAsync();
        var admin = await product.NewAdminAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => (int)(await RefundAsync(admin, payment.Id, 300_00)).StatusCode));
        answers.Order().ShouldBe([200, 200, 200, 409, 409, 409]);
        await Until.HoldsAsync(() => held.ReadAsync(payment.Id), p => p.Refunded.AmountMinor == 900_00, "three refunds have gone");
        (await RefundedAtStripeAsync(payment)).ShouldBe(900_00);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task Refunds_need_an_admin_a_reason_and_a_paid_payment()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        var admin = await product.NewAdminAsync();
        await RefundAsync(admin, payment.Id, null).ShouldRefuseAsync(409, "payment_not_succeeded");
        await RefundAsync(admin, PaymentId.New(), null).ShouldRefuseAsync(404, "payment_not_found");
        await admin.Api.PostAsync($"/api/v1/payments/{payment.Id}/refund", new { }).ShouldRefuseAsync(400, "field_required", "reason");
        await RefundAsync(held.Guest, payment.Id, null).ShouldRefuseAsync(403, "not_allowed");
        await admin.Api.PostAsync($"/api/v1/payments/{payment.Id}/refund", new { amount = new { amount = 1, currency = "USD" }, reason = "x" }).ShouldRefuseAsync(400, "refund_amount_invalid", "amount");
    }

    [Fact]
    public async Task A_refund_that_the_bank_sends_back_is_owed_again_and_can_be_sent_once_more()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await held.ConfirmAsync(payment.Id, "pm_card_refundFail").ShouldBeAsync(200);
        var admin = await product.NewAdminAsync();
        await RefundAsync(admin, payment.Id, 40_00).ShouldBeAsync(200);
        var failed = await Until.HoldsAsync(() => held.ReadAsync(payment.Id), p => p.Refunds.Any(r => r.Status == "failed"), "the refund fails");
        (failed.Status, failed.Refunded.AmountMinor).ShouldBe((PaymentStatus.Succeeded, 0));
        await product.LedgerAgreesAsync();
        await admin.Api.PostAsync($"/api/v1/payments/{payment.Id}/refunds/{failed.Refunds[0].Id}/retry", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => held.ReadAsync(payment.Id), p => p.Refunds.Any(r => r.Status == "failed"), "it fails again");
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_pending_refund_succeeds_when_the_provider_says_so()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await held.ConfirmAsync(payment.Id, "pm_card_pendingRefund").ShouldBeAsync(200);
        await RefundAsync(await product.NewAdminAsync(), payment.Id, 40_00).ShouldBeAsync(200);
        await held.BecomesAsync(payment.Id, PaymentStatus.PartiallyRefunded);
    }

    [Fact]
    public async Task Balances_are_for_admins_and_hosts_see_their_payouts()
    {
        var (held, _) = await product.WithPaidBookingAsync();
        await held.Guest.Api.GetAsync("/api/v1/ledger/balances").ShouldRefuseAsync(403, "not_allowed");
        var balances = await (await product.NewAdminAsync()).Api.GetAsync("/api/v1/ledger/balances").ReadAsync();
        balances.GetProperty("data").EnumerateArray().Where(b => b.GetProperty("amount").GetProperty("currency").GetString() == "EUR").Sum(b => b.GetProperty("amount").GetProperty("amount").GetInt64()).ShouldBe(0);

        var payouts = await Until.HoldsAsync(() => held.Host.Api.GetAsync("/api/v1/payouts").ReadAsync(), p => p.GetProperty("data").GetArrayLength() == 1, "the payout is seen");
        var payout = payouts.GetProperty("data")[0];
        (payout.GetProperty("status").GetString(), payout.GetProperty("amount").GetProperty("amount").GetInt64()).ShouldBe(("pending", 847_78));
        payouts.GetProperty("totals")[0].GetProperty("pending").GetProperty("amount").GetInt64().ShouldBe(847_78);
        (await held.Guest.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(0);
    }
}
