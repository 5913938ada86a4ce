using System.Text.Json.Nodes;
using EstoSpaces.Sandbox.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>What a payer sees of the provider: its script and card form, the bank's 3-D Secure page, the hosted checkout, the host's onboarding.</summary>
internal static class HostedPages
{
    public static void MapHostedPages(this IEndpointRouteBuilder routes)
    {
        var stripe = routes.MapGroup("/stripe").ExcludeFromDescription();
        var script = Assets.Serve("text/javascript", "words.js", "stripe.js");
        stripe.MapGet("/v3", script);
        stripe.MapGet("/v3/elements.html", Assets.Serve("text/html", "elements.html"));
        stripe.MapGet("/v3/elements.css", Assets.Serve("text/css", "elements.css"));
        stripe.MapGet("/v3/elements.js", Assets.Serve("text/javascript", "words.js", "elements.js"));
        stripe.MapGet("/v3/answered.js", Assets.Serve("text/javascript", "answered.js"));
        stripe.MapGet("/redirect/authenticate/{id}", ShowChallenge);
        stripe.MapPost("/redirect/authenticate/{id}", AnswerChallenge);
        stripe.MapGet("/c/pay/{id}", ShowCheckout);
        stripe.MapPost("/c/pay/{id}", PayCheckout);
        stripe.MapGet("/setup/{id}", ShowOnboarding);
        stripe.MapPost("/setup/{id}", FinishOnboarding);
    }

    static async Task<IResult> ShowChallenge(HttpContext http, StripeDoor door, string id, string? attempt, string? embed)
    {
        var (intent, method) = await door.Work(http.Request, async work =>
        {
            var found = await work.Read("payment_intent", id);
            return (found, found?.Text("payment_method") is { } m ? await work.Read("payment_method", m) : null);
        });
        if (intent is null || intent.Text("status") != "requires_action" || intent.Secretly().Text("challenge") != attempt || method is null)
            return Gone(http, embed is not null, intent);
        var words = PayerWords.For(http);
        var card = method.Part("card")!;
        return Page.ShowPayer(http, words.ConfirmTitle, embed is not null, Html.Of($"""
            <p class="soft small">{words.TestPage}</p>
            <h1>{words.ConfirmTitle}</h1>
            <p class="total">{words.Money(intent.Whole("amount"), intent.Text("currency")!)}</p>
            <p>{PayerWords.Fill(words.Question, Brand(card.Text("brand")), card.Text("last4"))}</p>
            <form method="post">
              <input type="hidden" name="attempt" value="{attempt}">
              <div class="actions">
                <button name="outcome" value="complete" id="test-source-authorize-3ds">{words.Complete}</button>
                <button name="outcome" value="fail" id="test-source-fail-3ds" class="quiet">{words.Fail}</button>
              </div>
            </form>
            """), words.Language);
    }

    static async Task<IResult> AnswerChallenge(HttpContext http, StripeDoor door, string id, string? embed)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (answer, intent) = await door.Work(http.Request, work => PaymentIntentSteps.Authenticated(work, id, form["attempt"].ToString(), form["outcome"] == "complete"));
        if (intent is null) return Gone(http, embed is not null, null);
        var words = PayerWords.For(http);
        if (embed is not null)
            return Page.ShowPayer(http, words.ThankYou, true, Html.Of($"""<h1>{words.ThankYou}</h1><script src="/stripe/v3/answered.js"></script>"""), words.Language);
        return ReturnUrl(intent, answer.Status == 200) is { } back
            ? Results.Redirect(back)
            : Page.ShowPayer(http, words.ThankYou, false, Html.Of($"<h1>{words.ThankYou}</h1><p>{words.CloseWindow}</p>"), words.Language);
    }

    static IResult Gone(HttpContext http, bool embedded, JsonObject? intent)
    {
        var words = PayerWords.For(http);
        return Page.ShowPayer(http, words.NothingToConfirm, embedded, Html.Of($"""
            <h1>{words.NothingToConfirm}</h1>
            <p>{words.AlreadyAnswered}</p>
            {(embedded ? new Markup("<script src=\"/stripe/v3/answered.js\"></script>") : Markup.Nothing)}
            {(intent is not null && ReturnUrl(intent, intent.Text("status") == "succeeded") is { } back ? Html.Of($"""<a class="button" href="{back}">{words.BackToShop}</a>""") : Markup.Nothing)}
            """), words.Language, intent is null ? 404 : 200);
    }

    static string? Brand(string? brand) => brand switch { "visa" => "Visa", "mastercard" => "Mastercard", "amex" => "American Express", "diners" => "Diners Club", "jcb" => "JCB", _ => brand };

    static string? ReturnUrl(JsonObject intent, bool succeeded) => intent.Secretly().Text("return_url") is not { } url ? null : QueryHelpers.AddQueryString(url, new Dictionary<string, string?>
    {
        ["payment_intent"] = intent.Id(),
        ["payment_intent_client_secret"] = intent.Text("client_secret"),
        ["redirect_status"] = succeeded ? "succeeded" : "failed",
        ["source_type"] = "card",
    });

    static async Task<IResult> ShowCheckout(HttpContext http, StripeDoor door, string id)
    {
        var (session, intent) = await door.Work(http.Request, async work =>
        {
            var found = await work.Read("checkout.session", id);
            return (found, found?.Text("payment_intent") is { } i ? await work.Read("payment_intent", i) : null);
        });
        if (session is null) return Page.ShowPayer(http, "Not found", false, Html.Of($"<h1>This page does not exist</h1><p>The link may be mistyped.</p>"), status: 404);
        if (session.Text("status") == "complete") return Results.Redirect(SuccessUrl(session));
        if (session.Text("status") == "expired")
        {
            var words = PayerWords.For(http, session.Text("locale"));
            return Page.ShowPayer(http, words.Expired, false, Html.Of($"<h1>{words.Expired}</h1><p>{words.NothingCharged}</p>{Cancel(session, words)}"), words.Language, 410);
        }
        return CheckoutForm(http, session, intent?.Part("last_payment_error")?.Text("message"), session.Part("customer_details"), 200);
    }

    static async Task<IResult> PayCheckout(HttpContext http, StripeDoor door, string id)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var given = new StripeParams(form.Select(f => KeyValuePair.Create(f.Key, f.Value.ToString())));
        var (answer, session) = await door.Work(http.Request, work => CheckoutSessions.Pay(work, given, id));
        if (session is null) return Results.NotFound();
        if (answer.Body.Part("error") is { } error) return CheckoutForm(http, session, error.Text("message"), session.Part("customer_details"), answer.Status);
        if (answer.Body.Part("next_action")?.Part("redirect_to_url")?.Text("url") is { } bank) return Results.Redirect(bank);
        return Results.Redirect(SuccessUrl(session));
    }

    static IResult CheckoutForm(HttpContext http, JsonObject session, string? problem, JsonObject? payer, int status)
    {
        var currency = session.Text("currency")!;
        var items = session.Secretly()["items"]!.AsArray().Cast<JsonObject>();
        var words = PayerWords.For(http, session.Text("locale"));
        var total = words.Money(session.Whole("amount_total"), currency);
        return Page.ShowPayer(http, words.PayTitle, false, Html.Of($"""
            <p class="soft small">EstoSpaces · {words.TestMode}</p>
            <h1>{words.PayTitle}</h1>
            <p class="total">{total}</p>
            <dl>{Html.Each(items, i => Html.Of($"""<dt>{i.Text("description")}{(i.Whole("quantity") > 1 ? $" × {i.Whole("quantity")}" : "")}</dt><dd class="num">{words.Money(i.Whole("amount_total"), currency)}</dd>"""))}</dl>
            {(problem is null ? Markup.Nothing : Html.Of($"""<p class="alert" role="alert" id="problem">{words.Refusal(problem)}</p>"""))}
            <form method="post" autocomplete="on">
              <div><label for="email">{words.Email}</label><input id="email" name="email" type="email" autocomplete="email" required value="{payer?.Text("email") ?? session.Text("customer_email")}"></div>
              <div><label for="number">{words.CardNumber}</label><input id="number" name="number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" required></div>
              <div class="two">
                <div><label for="expiry">{words.Expiration}</label><input id="expiry" name="expiry" autocomplete="cc-exp" placeholder="{words.ExpirationFormat}" required></div>
                <div><label for="cvc">{words.SecurityCode}</label><input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" maxlength="4" required></div>
              </div>
              <div><label for="name">{words.NameOnCard}</label><input id="name" name="name" autocomplete="cc-name" required value="{payer?.Text("name")}"></div>
              <button>{PayerWords.Fill(words.Pay, total)}</button>
            </form>
            {Cancel(session, words)}
            """), words.Language, status);
    }

    static Markup Cancel(JsonObject session, PayerWords words) => session.Text("cancel_url") is { } cancel
        ? Html.Of($"""<div class="actions"><a class="button quiet" href="{cancel}">{words.GoBack}</a></div>""")
        : Markup.Nothing;

    static string SuccessUrl(JsonObject session) => session.Text("success_url")!.Replace("{CHECKOUT_SESSION_ID}", session.Id(), StringComparison.Ordinal);

    static async Task<IResult> ShowOnboarding(HttpContext http, StripeDoor door, string id)
    {
        var account = await door.Work(http.Request, work => work.Read("account", id));
        return account is null ? Results.NotFound() : Page.ShowPayer(http, "Payouts", false, Html.Of($"""
            <p class="soft small">Test mode</p>
            <h1>Set up payouts</h1>
            <p>The payment provider would now ask for a bank account and proof of identity. Here one button gives it all.</p>
            <form method="post"><div class="actions"><button>Give everything that is asked for</button></div></form>
            """));
    }

    static async Task<IResult> FinishOnboarding(HttpContext http, StripeDoor door, string id)
    {
        var answer = await door.Work(http.Request, work => Connect.Onboard(work, id));
        if (answer.Status != 200) return Results.NotFound();
        return http.Request.Query["return_url"].ToString() is { Length: > 0 } back && Uri.TryCreate(back, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https")
            ? Results.Redirect(back)
            : Page.ShowPayer(http, "Done", false, Html.Of($"<h1>Payouts are set up</h1><p>You can close this window.</p>"));
    }
}
