using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>Every call of Stripe's API that the sandbox answers, in one table.</summary>
internal static class StripeApi
{
    public static void MapStripeApi(this IEndpointRouteBuilder routes)
    {
        // Without a prefix too: the official clients take another host and port, but no other path.
        foreach (var prefix in new[] { "/stripe/v1", "/v1" })
        {
            var api = routes.MapGroup(prefix);
            MapPayments(api);
            MapRecords(api);
            MapConnect(api);
            api.MapMethods("/{**path}", ["OPTIONS"], (HttpContext http) =>
            {
                StripeDoor.AllowPages(http.Response.Headers);
                return Task.CompletedTask;
            }).ExcludeFromDescription();
            api.Map("/{**path}", (HttpContext http) => http.RequestServices.GetRequiredService<StripeDoor>().Answer(http, Unrecognised, KeyKind.Publishable)).ExcludeFromDescription();
        }
    }

    static void MapPayments(RouteGroupBuilder api)
    {
        Post(api, "/payment_intents", PaymentIntents.Create);
        Get(api, "/payment_intents", StripeLists.Of("payment_intent", "/v1/payment_intents", "customer"));
        Get(api, "/payment_intents/{id}", PaymentIntents.Retrieve, KeyKind.Publishable);
        Post(api, "/payment_intents/{id}", PaymentIntents.Update);
        Post(api, "/payment_intents/{id}/confirm", PaymentIntentSteps.Confirm, KeyKind.Publishable);
        Post(api, "/payment_intents/{id}/capture", PaymentIntentSteps.Capture);
        Post(api, "/payment_intents/{id}/cancel", PaymentIntentSteps.Cancel);

        Post(api, "/payment_methods", PaymentMethods.Create, KeyKind.Publishable);
        Get(api, "/payment_methods", StripeLists.Of("payment_method", "/v1/payment_methods", "customer", "type"));
        Get(api, "/payment_methods/{id}", PaymentMethods.Retrieve);
        Post(api, "/payment_methods/{id}", PaymentMethods.Update);
        Post(api, "/payment_methods/{id}/attach", PaymentMethods.Attach);
        Post(api, "/payment_methods/{id}/detach", PaymentMethods.Detach);

        Post(api, "/customers", Customers.Create);
        Get(api, "/customers", StripeLists.Of("customer", "/v1/customers", "email"));
        Get(api, "/customers/{id}", Customers.Retrieve);
        Post(api, "/customers/{id}", Customers.Update);
        Delete(api, "/customers/{id}", Customers.Delete);
        Get(api, "/customers/{id}/payment_methods", Customers.ListPaymentMethods);

        Post(api, "/refunds", Refunds.Create);
        Get(api, "/refunds", StripeLists.Of("refund", "/v1/refunds", "charge", "payment_intent"));
        Get(api, "/refunds/{id}", Refunds.Retrieve);
        Post(api, "/refunds/{id}", Refunds.Update);
        Post(api, "/refunds/{id}/cancel", Refunds.Cancel);

        Post(api, "/checkout/sessions", CheckoutSessions.Create);
        Get(api, "/checkout/sessions", StripeLists.Of("checkout.session", "/v1/checkout/sessions", "customer", "payment_intent", "status"));
        Get(api, "/checkout/sessions/{id}", Records.Retrieve("checkout.session"));
        Get(api, "/checkout/sessions/{id}/line_items", CheckoutSessions.LineItems);
        Post(api, "/checkout/sessions/{id}/expire", CheckoutSessions.Expire);
    }

    static void MapRecords(RouteGroupBuilder api)
    {
        Get(api, "/charges", StripeLists.Of("charge", "/v1/charges", "customer", "payment_intent", "transfer_group"));
        Get(api, "/charges/{id}", Records.Retrieve("charge"));
        Post(api, "/charges/{id}", Records.UpdateCharge);
        Get(api, "/balance", Records.Balance);
        Get(api, "/balance_transactions", StripeLists.Of("balance_transaction", "/v1/balance_transactions", "source", "type", "currency"));
        Get(api, "/balance_transactions/{id}", Records.Retrieve("balance_transaction"));
        Get(api, "/events", Records.ListEvents);
        Get(api, "/events/{id}", Records.Retrieve("event"));
        Post(api, "/webhook_endpoints", Records.CreateEndpoint);
        Get(api, "/webhook_endpoints", StripeLists.Of("webhook_endpoint", "/v1/webhook_endpoints"));
        Get(api, "/webhook_endpoints/{id}", Records.Retrieve("webhook_endpoint"));
        Post(api, "/webhook_endpoints/{id}", Records.UpdateEndpoint);
        Delete(api, "/webhook_endpoints/{id}", Records.DeleteEndpoint);
    }

    static void MapConnect(RouteGroupBuilder api)
    {
        Post(api, "/accounts", Connect.CreateAccount);
        Get(api, "/accounts", StripeLists.Of("account", "/v1/accounts"));
        Get(api, "/accounts/{id}", Records.Retrieve("account"));
        Post(api, "/accounts/{id}", Connect.UpdateAccount);
        Post(api, "/account_links", Connect.CreateAccountLink);
        Post(api, "/transfers", Connect.CreateTransfer);
        Get(api, "/transfers", StripeLists.Of("transfer", "/v1/transfers", "destination", "transfer_group"));
        Get(api, "/transfers/{id}", Records.Retrieve("transfer"));
        Post(api, "/transfers/{id}/reversals", Connect.Reverse);
    }

    static void Get(RouteGroupBuilder api, string path, StripeHandler handler, KeyKind accepts = KeyKind.Secret) => Map(api, "GET", path, handler, accepts);

    static void Post(RouteGroupBuilder api, string path, StripeHandler handler, KeyKind accepts = KeyKind.Secret) => Map(api, "POST", path, handler, accepts);

    static void Delete(RouteGroupBuilder api, string path, StripeHandler handler, KeyKind accepts = KeyKind.Secret) => Map(api, "DELETE", path, handler, accepts);

    static void Map(RouteGroupBuilder api, string method, string path, StripeHandler handler, KeyKind accepts) =>
        api.MapMethods(path, [method], (HttpContext http) => http.RequestServices.GetRequiredService<StripeDoor>().Answer(http, handler, accepts)).ExcludeFromDescription();

    static Task<StripeAnswer> Unrecognised(StripeWork work, StripeParams given, string id) =>
        Task.FromResult(StripeAnswer.Invalid("Unrecognized request URL. Please see the API reference.", status: 404));
}
