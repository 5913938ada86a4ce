using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>Confirm, authenticate, capture, cancel: every way a payment intent changes its status.</summary>
internal static class PaymentIntentSteps
{
    static readonly string[] ConfirmParams =
    [
        "amount_details", "capture_method", "confirmation_token", "error_on_requires_action", "mandate", "mandate_data", "off_session", "payment_details", "payment_method",
        "payment_method_data", "payment_method_options", "payment_method_types", "radar_options", "receipt_email", "return_url", "setup_future_usage", "shipping", "use_stripe_sdk",
        "expected_payment_method_type", "client_context", "client_attribution_metadata", "referrer", "set_as_default_payment_method",
    ];

    public static async Task<StripeAnswer> Confirm(StripeWork work, StripeParams given, string id)
    {
        given.Only(ConfirmParams);
        if (given.Problem is { } problem) return problem;
        var intent = await work.Take("payment_intent", id);
        if (PaymentIntents.Locked(work, given, intent, id) is { } locked) return locked;
        if (work.Call.Publishable && intent!.Text("confirmation_method") == "manual")
        {
            return StripeAnswer.Invalid(
                $"{id} cannot be confirmed using your publishable key because its `confirmation_method` is set to `manual`. Please use your secret key instead, or create a PaymentIntent with `confirmation_method` set to `automatic`.");
        }
        return await ConfirmWith(work, given, intent!);
    }

    public static async Task<StripeAnswer> ConfirmWith(StripeWork work, StripeParams given, JsonObject intent)
    {
        var offSession = given.Text("off_session") is "true" or "one_off" or "recurring";
        var errorOnAction = given.Flag("error_on_requires_action") ?? false;
        var bySdk = given.Flag("use_stripe_sdk") ?? work.Call.Publishable;
        var returnUrl = given.Text("return_url");
        if (given.Problem is { } problem) return problem;
        if (offSession && work.Call.Publishable)
            return StripeAnswer.Invalid("The parameter `off_session` cannot be used with a publishable key.", "off_session", "parameter_unknown");

        var status = intent.Text("status")!;
        if (status is not ("requires_payment_method" or "requires_confirmation" or "requires_action"))
        {
            return PaymentIntents.Unexpected(intent, status is "succeeded" or "requires_capture"
                ? "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
                : $"You cannot confirm this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_payment_method, requires_confirmation, requires_action.");
        }
        if (await PaymentIntents.TakeMethod(work, given, intent) is { } refused) return refused;
        if (intent.Text("payment_method") is not { } methodId || await work.Read("payment_method", methodId) is not { } method)
        {
            return PaymentIntents.Unexpected(intent,
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.");
        }
        if (returnUrl is null && intent.Part("automatic_payment_methods")?.Text("allow_redirects") == "always" && !bySdk && !offSession)
        {
            return StripeAnswer.Invalid(
                "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.");
        }
        if (returnUrl is not null && (!Uri.TryCreate(returnUrl, UriKind.Absolute, out var uri) || uri.Scheme is "javascript" or "data" or "file"))
            return StripeAnswer.Invalid("Not a valid URL", "return_url", "url_invalid");
        foreach (var field in new[] { "receipt_email", "setup_future_usage" })
            if (given.Has(field)) intent[field] = given.Text(field);
        if (given.Has("shipping")) intent["shipping"] = Addresses.ReadShipping(given, "shipping");

        var behaviour = TestCards.Behaviour(method.Secretly().Text("behaviour"));
        if (MustAuthenticate(behaviour, method, intent))
        {
            if (offSession || errorOnAction) return await RefuseWithoutHolder(work, intent, method);
            return await AskForAuthentication(work, intent, returnUrl, bySdk);
        }
        return await Pay(work, intent, method, behaviour);
    }

    static bool MustAuthenticate(CardBehaviour behaviour, JsonObject method, JsonObject intent)
    {
        if (intent.Secretly().Is("authenticated")) return false;
        if (behaviour.Challenge == Challenge.Always) return true;
        if (behaviour.Challenge == Challenge.UnlessSetUp) return !method.Secretly().Is("set_up");
        return intent.Part("payment_method_options")?.Part("card")?.Text("request_three_d_secure") is "any" or "challenge" && behaviour.Name == "pays_3ds_possible";
    }

    static async Task<StripeAnswer> AskForAuthentication(StripeWork work, JsonObject intent, string? returnUrl, bool bySdk)
    {
        var hidden = intent.Secretly();
        var source = StripeIds.New("payatt", 24);
        hidden["challenge"] = source;
        hidden["return_url"] = returnUrl;
        var page = $"{work.Call.StripeUrl}/redirect/authenticate/{intent.Id()}?attempt={source}";
        intent["status"] = "requires_action";
        intent["last_payment_error"] = null;
        intent["next_action"] = returnUrl is not null && !bySdk
            ? new JsonObject { ["redirect_to_url"] = new JsonObject { ["return_url"] = returnUrl, ["url"] = page }, ["type"] = "redirect_to_url" }
            : new JsonObject { ["type"] = "use_stripe_sdk", ["use_stripe_sdk"] = new JsonObject { ["source"] = source, ["stripe_js"] = page, ["type"] = "three_d_secure_redirect" } };
        work.Save(intent);
        await work.Raise("payment_intent.requires_action", intent);
        return StripeAnswer.Ok(PaymentIntents.ForCaller(work, intent));
    }

    static async Task<StripeAnswer> RefuseWithoutHolder(StripeWork work, JsonObject intent, JsonObject method)
    {
        var error = CardNetwork.Error(null, "authentication_required", "authentication_required", TestCards.MessageFor("authentication_required", null), method);
        return await CardNetwork.Refused(work, intent, error);
    }

    static async Task<StripeAnswer> Pay(StripeWork work, JsonObject intent, JsonObject method, CardBehaviour behaviour)
    {
        intent["next_action"] = null;
        if (await CardNetwork.Charge(work, intent, method, behaviour) is { } declined) return declined;
        if (intent.Text("setup_future_usage") is not null)
        {
            method.Secretly()["set_up"] = true;
            if (intent.Text("customer") is { } customer && method.Text("customer") is null)
            {
                method["customer"] = customer;
                await work.Raise("payment_method.attached", method);
            }
            work.Save(method);
        }
        await CheckoutSessions.AfterPayment(work, intent);
        return StripeAnswer.Ok(PaymentIntents.ForCaller(work, intent));
    }

    /// <summary>What the holder did on the bank's page. Answers where his browser goes next, or null when it stays.</summary>
    public static async Task<(StripeAnswer Answer, JsonObject? Intent)> Authenticated(StripeWork work, string id, string attempt, bool proved)
    {
        if (await work.Take("payment_intent", id) is not { } intent) return (PaymentIntents.Unknown(id), null);
        var hidden = intent.Secretly();
        if (intent.Text("status") != "requires_action" || hidden.Text("challenge") != attempt)
            return (PaymentIntents.Unexpected(intent, "This authentication has already been answered."), intent);

        var method = (await work.Read("payment_method", intent.Text("payment_method")!))!;
        hidden.Remove("challenge");
        if (!proved)
        {
            var error = CardNetwork.Error(null, "payment_intent_authentication_failure", null,
                "We are unable to authenticate your payment method. Please choose a different payment method and try again.", method);
            error["type"] = "invalid_request_error";
            return (await CardNetwork.Refused(work, intent, error), intent);
        }
        hidden["authenticated"] = true;
        if (intent.Text("confirmation_method") == "manual")
        {
            intent["status"] = "requires_confirmation";
            intent["next_action"] = null;
            work.Save(intent);
            return (StripeAnswer.Ok(intent.Shown()), intent);
        }
        return (await Pay(work, intent, method, TestCards.Behaviour(method.Secretly().Text("behaviour"))), intent);
    }

    public static async Task<StripeAnswer> Capture(StripeWork work, StripeParams given, string id)
    {
        given.Only("amount_to_capture", "application_fee_amount", "final_capture", "metadata", "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "amount_details", "payment_details");
        var asked = given.Whole("amount_to_capture", 1);
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("payment_intent", id) is not { } intent) return PaymentIntents.Unknown(id);
        if (intent.Text("status") != "requires_capture")
        {
            return PaymentIntents.Unexpected(intent,
                $"This PaymentIntent could not be captured because it has a status of {intent.Text("status")}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.");
        }
        var capturable = intent.Whole("amount_capturable");
        if (asked > capturable)
        {
            var currency = intent.Text("currency")!;
            return StripeAnswer.Invalid($"The remaining amount capturable for this PaymentIntent is {Currencies.Format(capturable, currency)} {currency}, but you tried to capture {Currencies.Format(asked.Value, currency)} {currency}.", "amount_to_capture", "amount_too_large");
        }
        if (given.Has("metadata")) intent.Merge("metadata", metadata);
        await CardNetwork.Capture(work, intent, asked ?? capturable);
        return StripeAnswer.Ok(intent.Shown());
    }

    public static async Task<StripeAnswer> Cancel(StripeWork work, StripeParams given, string id)
    {
        given.Only("cancellation_reason");
        var reason = given.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
        if (given.Problem is { } problem) return problem;
        if (await work.Take("payment_intent", id) is not { } intent) return PaymentIntents.Unknown(id);
        if (intent.Text("status") is "succeeded" or "canceled" or "processing")
        {
            return PaymentIntents.Unexpected(intent,
                $"You cannot cancel this PaymentIntent because it has a status of {intent.Text("status")}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.");
        }
        if (intent.Secretly().Text("checkout_session") is not null)
            return StripeAnswer.Invalid("You cannot cancel PaymentIntents created by Checkout. You should expire the Checkout Session instead.");
        await Void(work, intent, reason);
        return StripeAnswer.Ok(intent.Shown());
    }

    public static async Task Void(StripeWork work, JsonObject intent, string? reason)
    {
        if (intent.Text("status") == "requires_capture") await CardNetwork.Release(work, intent);
        intent["status"] = "canceled";
        intent["canceled_at"] = work.Now;
        intent["cancellation_reason"] = reason;
        intent["amount_capturable"] = 0L;
        intent["next_action"] = null;
        work.Save(intent);
        await work.Raise("payment_intent.canceled", intent);
    }
}
