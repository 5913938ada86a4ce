using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>What a call to the card network is answered with: an object, or an error of Stripe's shape.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The whole JSON body.</param>
/// <param name="Began">False when the parameters were refused before any work: such an answer is not kept for its Idempotency-Key.</param>
internal sealed record StripeAnswer(int Status, JsonObject Body, bool Began = true)
{
    public static StripeAnswer Ok(JsonObject body) => new(200, body);

    public static StripeAnswer Invalid(string message, string? param = null, string? code = null, int status = 400, bool began = false)
    {
        var error = new JsonObject();
        if (code is not null)
        {
            error["code"] = code;
            error["doc_url"] = "https://stripe.com/docs/error-codes/" + code.Replace('_', '-');
        }
        error["message"] = message;
        if (param is not null) error["param"] = param;
        error["type"] = "invalid_request_error";
        return new(status, new JsonObject { ["error"] = error }, began);
    }

    public static StripeAnswer Missing(string kind, string id, string param = "id") =>
        Invalid($"No such {kind}: '{id}'", param, "resource_missing", 404);

    public static StripeAnswer Idempotency(int status, string message, string? code = null)
    {
        var error = new JsonObject();
        if (code is not null) error["code"] = code;
        error["message"] = message;
        error["type"] = "idempotency_error";
        return new(status, new JsonObject { ["error"] = error }, Began: false);
    }

    public static StripeAnswer ApiError(string message) => new(500, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = "api_error" },
    }, Began: false);

    /// <summary>A payment that the card's bank or the network refused: 402, with the intent and the card it was about.</summary>
    public static StripeAnswer Declined(JsonObject lastPaymentError, JsonObject intent)
    {
        var error = (JsonObject)lastPaymentError.DeepClone();
        error["payment_intent"] = intent.Shown();
        return new(402, new JsonObject { ["error"] = error });
    }
}
