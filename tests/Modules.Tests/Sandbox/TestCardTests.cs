using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Sandbox;

public sealed class TestCardTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly CardNetwork cards = new(fixture.Product);

    [Theory]
    [InlineData("4242424242424242", "visa")]
    [InlineData("4000 0566 5566 5556", "visa")]
    [InlineData("5555555555554444", "mastercard")]
    [InlineData("378282246310005", "amex")]
    [InlineData("4000000000003055", "visa")]
    public async Task A_good_card_pays(string number, string brand)
    {
        var paid = await cards.PayAsync(number);
        paid.Status.ShouldBe(200, paid.Body.ToString());
        paid["status"].ShouldBe("succeeded");
        var charge = await cards.GetAsync("charges/" + paid["latest_charge"]);
        charge.Body.GetProperty("payment_method_details").GetProperty("card").GetProperty("brand").GetString().ShouldBe(brand);
        charge["captured"].ShouldBe("true");
    }

    [Theory]
    [InlineData("4000000000000002", "card_declined", "generic_decline", "Your card was declined.")]
    [InlineData("4000000000009995", "card_declined", "insufficient_funds", "Your card has insufficient funds.")]
    [InlineData("4000000000009987", "card_declined", "lost_card", "Your card was declined.")]
    [InlineData("4000000000009979", "card_declined", "stolen_card", "Your card was declined.")]
    [InlineData("4000000000000069", "expired_card", "expired_card", "Your card has expired.")]
    [InlineData("4000000000000127", "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")]
    [InlineData("4000000000000119", "processing_error", "processing_error", "An error occurred while processing your card. Try again in a little bit.")]
    [InlineData("4000000000000341", "card_declined", "generic_decline", "Your card was declined.")]
    [InlineData("4100000000000019", "card_declined", "fraudulent", "Your card was declined.")]
    public async Task A_bad_card_is_declined_in_the_networks_words(string number, string code, string declineCode, string message)
    {
        var declined = await cards.PayAsync(number);
        declined.Status.ShouldBe(402);
        declined.ErrorCode.ShouldBe(code);
        declined.Error.GetProperty("type").GetString().ShouldBe("card_error");
        declined.Error.GetProperty("decline_code").GetString().ShouldBe(declineCode);
        declined.Error.GetProperty("message").GetString().ShouldBe(message);

        var intent = declined.Error.GetProperty("payment_intent");
        intent.GetProperty("status").GetString().ShouldBe("requires_payment_method");
        intent.GetProperty("last_payment_error").GetProperty("code").GetString().ShouldBe(code);
        intent.GetProperty("amount_received").GetInt64().ShouldBe(0);
        (await cards.GetAsync("charges/" + declined.Error.GetProperty("charge").GetString()))["status"].ShouldBe("failed");
    }

    [Theory]
    [InlineData("4242424242424241", "incorrect_number")]
    [InlineData("4111111111111111", "card_declined")]
    public async Task A_card_that_is_no_test_card_is_refused(string number, string code)
    {
        var refused = await cards.PayAsync(number);
        refused.Status.ShouldBe(402);
        refused.ErrorCode.ShouldBe(code);
    }

    [Theory]
    [InlineData("4000002500003155")]
    [InlineData("4000000000003220")]
    [InlineData("4000002760003184")]
    public async Task A_challenged_card_waits_for_its_holder_and_then_pays(string number)
    {
        var challenged = await cards.PayAsync(number);
        challenged["status"].ShouldBe("requires_action");
        var address = challenged.Body.GetProperty("next_action").GetProperty("redirect_to_url").GetProperty("url").GetString()!;
        var back = await AnswerAsync(address, "complete");
        back.ShouldContain("redirect_status=succeeded");
        back.ShouldContain("payment_intent=" + challenged["id"]);
        (await cards.GetAsync("payment_intents/" + challenged["id"]))["status"].ShouldBe("succeeded");

        // The bank's question is answered once.
        (await AnswerAsync(address, "fail")).ShouldContain("redirect_status=failed");
        (await cards.GetAsync("payment_intents/" + challenged["id"]))["status"].ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_holder_who_fails_the_challenge_does_not_pay()
    {
        var challenged = await cards.PayAsync("4000000000003220");
        var back = await AnswerAsync(challenged.Body.GetProperty("next_action").GetProperty("redirect_to_url").GetProperty("url").GetString()!, "fail");
        back.ShouldContain("redirect_status=failed");
        var intent = await cards.GetAsync("payment_intents/" + challenged["id"]);
        intent["status"].ShouldBe("requires_payment_method");
        intent.Body.GetProperty("last_payment_error").GetProperty("code").GetString().ShouldBe("payment_intent_authentication_failure");
    }

    [Fact]
    public async Task A_card_may_be_challenged_and_still_be_declined()
    {
        var challenged = await cards.PayAsync("4000008400001629");
        (await AnswerAsync(challenged.Body.GetProperty("next_action").GetProperty("redirect_to_url").GetProperty("url").GetString()!, "complete")).ShouldContain("redirect_status=failed");
        (await cards.GetAsync("payment_intents/" + challenged["id"])).Body.GetProperty("last_payment_error").GetProperty("code").GetString().ShouldBe("card_declined");
    }

    [Fact]
    public async Task A_page_sees_of_an_intent_only_what_its_secret_opens()
    {
        var open = await cards.OpenAsync();
        var withoutSecret = await cards.GetAsync("payment_intents/" + open["id"], "pk_test_tests");
        withoutSecret.Status.ShouldBe(400);
        var wrongSecret = await cards.GetAsync($"payment_intents/{open["id"]}?client_secret={open["id"]}_secret_guess", "pk_test_tests");
        wrongSecret.Status.ShouldBe(400);
        var seen = await cards.GetAsync($"payment_intents/{open["id"]}?client_secret={open["client_secret"]}", "pk_test_tests");
        seen.Status.ShouldBe(200);
        seen["metadata"].ShouldBeNull();
        seen["customer"].ShouldBeNull();
        (await cards.PostAsync("refunds", new() { ["payment_intent"] = open["id"]! }, apiKey: "pk_test_tests")).ErrorCode.ShouldBe("secret_key_required");
        (await cards.GetAsync("payment_intents", "sk_live_tests")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_refund_never_gives_back_more_than_was_paid()
    {
        var paid = await cards.PayAsync("4242424242424242", 100000);
        Dictionary<string, string> Refund(long amount) => new() { ["payment_intent"] = paid["id"]!, ["amount"] = amount.ToString() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => cards.PostAsync("refunds", Refund(15000))));
        answers.Count(a => a.Status == 200).ShouldBe(6);
        answers.Where(a => a.Status != 200).ShouldAllBe(a => a.Status == 400 && a.Error.GetProperty("message").GetString()!.Contains("greater than unrefunded"));
        (await cards.PostAsync("refunds", new() { ["payment_intent"] = paid["id"]! }))["amount"].ShouldBe("10000");
        (await cards.PostAsync("refunds", new() { ["payment_intent"] = paid["id"]! })).ErrorCode.ShouldBe("charge_already_refunded");
    }

    [Fact]
    public async Task An_intent_confirmed_many_times_at_once_is_charged_once()
    {
        var open = await cards.OpenAsync();
        var form = new Dictionary<string, string> { ["payment_method"] = "pm_card_visa", ["return_url"] = "http://shop.example/back" };
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cards.PostAsync($"payment_intents/{open["id"]}/confirm", form)));
        answers.Count(a => a.Status == 200).ShouldBe(1);
        answers.Where(a => a.Status != 200).ShouldAllBe(a => a.ErrorCode == "payment_intent_unexpected_state");
        (await cards.GetAsync($"charges?payment_intent={open["id"]}")).Body.GetProperty("data").GetArrayLength().ShouldBe(1);
    }

    private async Task<string> AnswerAsync(string address, string outcome)
    {
        using var bank = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var attempt = System.Web.HttpUtility.ParseQueryString(new Uri(address).Query)["attempt"]!;
        using var response = await bank.PostAsync(address, new FormUrlEncodedContent(new Dictionary<string, string> { ["attempt"] = attempt, ["outcome"] = outcome }));
        return response.Headers.Location?.ToString() ?? await response.Content.ReadAsStringAsync();
    }
}
