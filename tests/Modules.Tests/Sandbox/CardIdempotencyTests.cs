using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Sandbox;

public sealed class CardIdempotencyTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly CardNetwork cards = new(fixture.Product);

    private static string NewKey() => Guid.NewGuid().ToString();

    [Fact]
    public async Task The_same_request_gets_the_first_answer_again()
    {
        var key = NewKey();
        var first = await cards.PayAsync("4242424242424242", idempotencyKey: key);
        var second = await cards.PayAsync("4242424242424242", idempotencyKey: key);
        second.Body.GetRawText().ShouldBe(first.Body.GetRawText());
        first.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        second.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        second.Headers.GetValues("Original-Request").ShouldBe(first.Headers.GetValues("Request-Id"));
    }

    [Fact]
    public async Task A_decline_is_answered_again_without_trying_the_card_again()
    {
        var key = NewKey();
        var first = await cards.PayAsync("4000000000000002", idempotencyKey: key);
        var second = await cards.PayAsync("4000000000000002", idempotencyKey: key);
        second.Status.ShouldBe(402);
        second.Error.GetProperty("charge").GetString().ShouldBe(first.Error.GetProperty("charge").GetString());
    }

    [Fact]
    public async Task Another_request_under_a_used_key_is_refused()
    {
        var key = NewKey();
        var open = await cards.OpenAsync(1000, key);
        var other = await cards.OpenAsync(2000, key);
        other.Status.ShouldBe(400);
        other.Error.GetProperty("type").GetString().ShouldBe("idempotency_error");
        var elsewhere = await cards.PostAsync($"payment_intents/{open["id"]}/cancel", [], key);
        elsewhere.Error.GetProperty("type").GetString().ShouldBe("idempotency_error");
    }

    [Fact]
    public async Task A_request_that_was_wrong_may_be_mended_under_its_key()
    {
        var key = NewKey();
        (await cards.OpenAsync(1, key)).ErrorCode.ShouldBe("amount_too_small");
        (await cards.OpenAsync(1000, key)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Many_at_once_under_one_key_do_the_work_once()
    {
        var key = NewKey();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cards.PayAsync("4242424242424242", idempotencyKey: key)));
        answers.Where(a => a.Status == 200).Select(a => a["id"]).Distinct().Count().ShouldBe(1);
        answers.Where(a => a.Status != 200).ShouldAllBe(a => a.Status == 409 && a.ErrorCode == "idempotency_key_in_use");
    }
}
