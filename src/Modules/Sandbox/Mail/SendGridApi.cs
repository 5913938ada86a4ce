using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Mail;

/// <summary>SendGrid's v3 Mail Send: 202 and X-Message-Id for what it accepts, its list of errors for what it does not.</summary>
internal static class SendGridApi
{
    public static void MapSendGrid(this IEndpointRouteBuilder routes)
    {
        // /v3 without a prefix too, for clients that only let the host be changed.
        foreach (var path in new[] { "/sendgrid/v3/mail/send", "/v3/mail/send" })
            routes.MapPost(path, Send).ExcludeFromDescription();
    }

    static async Task<IResult> Send(HttpContext http, NpgsqlDataSource database, TimeProvider clock)
    {
        if (!Authorised(http.Request)) return Errors(401, [new("The provided authorization grant is invalid, expired, or revoked", null)]);
        JsonObject? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync<JsonObject>(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException)
        {
            body = null;
        }
        if (body is null) return Errors(400, [new("Bad Request", null)]);

        var problems = MailRules.Check(body);
        if (problems.Count > 0) return Errors(400, problems);
        if (body["mail_settings"]?["sandbox_mode"]?["enabled"] is JsonValue sandboxed && sandboxed.TryGetValue<bool>(out var on) && on) return Results.StatusCode(200);

        var messageId = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        await Mailbox.Deliver(database, clock.GetUtcNow(), messageId, body, http.RequestAborted);
        http.Response.Headers["X-Message-Id"] = messageId;
        return Results.StatusCode(202);
    }

    static bool Authorised(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer SG.", StringComparison.Ordinal) && header.Length > "Bearer SG.".Length;
    }

    static IResult Errors(int status, IReadOnlyList<MailProblem> problems) => Wires.Json(
        new { errors = problems.Select(p => new { message = p.Message, field = p.Field, help = p.Field is null ? null : "https://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message." + p.Field.Split('.')[0] }) },
        statusCode: status);
}
