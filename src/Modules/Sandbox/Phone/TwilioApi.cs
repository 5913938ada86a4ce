using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Phone;

/// <summary>Twilio's Messages: basic auth, form in, its JSON and its error codes out, with Twilio's magic test numbers.</summary>
internal static partial class TwilioApi
{
    public static void MapTwilio(this IEndpointRouteBuilder routes)
    {
        foreach (var prefix in new[] { "/twilio/2010-04-01", "/2010-04-01" })
        {
            var account = routes.MapGroup(prefix + "/Accounts/{sid}").ExcludeFromDescription();
            account.MapPost("/Messages.json", Send).DisableAntiforgery();
            account.MapGet("/Messages.json", List);
            account.MapGet("/Messages/{message}.json", Find);
        }
    }

    static async Task<IResult> Send(HttpContext http, string sid, NpgsqlDataSource database, TimeProvider clock)
    {
        if (Unauthorised(http.Request, sid) is { } refused) return refused;
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var to = form["To"].ToString().Trim();
        var from = form["From"].ToString().Trim();
        var service = form["MessagingServiceSid"].ToString();
        var body = form["Body"].ToString();
        if (to.Length == 0) return Error(400, 21604, "A 'To' phone number is required.");
        if (from.Length == 0 && service.Length == 0) return Error(400, 21603, "A 'From' phone number is required.");
        if (body.Length == 0 && !form.ContainsKey("MediaUrl") && !form.ContainsKey("ContentSid")) return Error(400, 21602, "Message body is required.");
        if (body.Length > 1600) return Error(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
        if (Magic(from, to) is { } magic) return Error(400, magic.Code, magic.Message);
        if (!E164().IsMatch(to)) return Error(400, 21211, $"Invalid 'To' Phone Number: {to}");
        if (from.Length > 0 && !E164().IsMatch(from) && !SenderName().IsMatch(from)) return Error(400, 21212, $"Invalid From Number (caller ID): {from}");

        var reference = "SM" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var message = new PhoneMessage("sms", reference, to, from.Length > 0 ? from : service, null, body, $$"""{"account_sid":"{{sid}}"}""", clock.GetUtcNow());
        await PhoneLog.Write(database, message, http.RequestAborted);
        return Wires.Json(Shown(message, sid, "queued"), statusCode: 201);
    }

    static async Task<IResult> Find(HttpContext http, string sid, string message, NpgsqlDataSource database) =>
        Unauthorised(http.Request, sid) ?? (await PhoneLog.Find(database, message, http.RequestAborted) is { Kind: "sms" } found
            ? Wires.Json(Shown(found, sid, "delivered"))
            : Error(404, 20404, $"The requested resource /2010-04-01/Accounts/{sid}/Messages/{message}.json was not found"));

    static async Task<IResult> List(HttpContext http, string sid, string? to, int? pageSize, NpgsqlDataSource database)
    {
        if (Unauthorised(http.Request, sid) is { } refused) return refused;
        var size = Math.Clamp(pageSize ?? 50, 1, 1000);
        var found = await PhoneLog.List(database, http.Request.Query["To"].ToString() is { Length: > 0 } exact ? exact : to, "sms", size, http.RequestAborted);
        var uri = $"/2010-04-01/Accounts/{sid}/Messages.json?PageSize={size}&Page=0";
        return Wires.Json(new { messages = found.Select(m => Shown(m, sid, "delivered")), page = 0, page_size = size, first_page_uri = uri, uri, next_page_uri = (string?)null, previous_page_uri = (string?)null, start = 0, end = Math.Max(0, found.Count - 1) });
    }

    static object Shown(PhoneMessage message, string sid, string status)
    {
        var made = message.ReceivedAt.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
        var unicode = message.Body.Any(c => c > 127 && !"£¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà€".Contains(c, StringComparison.Ordinal));
        var (alone, joined) = unicode ? (70, 67) : (160, 153);
        var segments = message.Body.Length <= alone ? 1 : (message.Body.Length + joined - 1) / joined;
        return new
        {
            account_sid = sid,
            api_version = "2010-04-01",
            body = message.Body,
            date_created = made,
            date_sent = status == "queued" ? null : made,
            date_updated = made,
            direction = "outbound-api",
            error_code = (int?)null,
            error_message = (string?)null,
            from = message.SentFrom.StartsWith("MG", StringComparison.Ordinal) ? null : message.SentFrom,
            messaging_service_sid = message.SentFrom.StartsWith("MG", StringComparison.Ordinal) ? message.SentFrom : null,
            num_media = "0",
            num_segments = segments.ToString(CultureInfo.InvariantCulture),
            price = (string?)null,
            price_unit = "USD",
            sid = message.Reference,
            status,
            subresource_uris = new { media = $"/2010-04-01/Accounts/{sid}/Messages/{message.Reference}/Media.json" },
            to = message.SentTo,
            uri = $"/2010-04-01/Accounts/{sid}/Messages/{message.Reference}.json",
        };
    }

    /// <summary>The numbers with which Twilio lets every refusal be tried.</summary>
    static (int Code, string Message)? Magic(string from, string to) => (from, to) switch
    {
        ("+15005550001", _) => (21212, "Invalid From Number (caller ID): +15005550001"),
        ("+15005550007", _) => (21606, "The From phone number +15005550007 is not a valid, SMS-capable inbound phone number or short code for your account."),
        ("+15005550008", _) => (21611, "This From number has exceeded the maximum number of queued messages."),
        (_, "+15005550001") => (21211, "Invalid 'To' Phone Number: +15005550001"),
        (_, "+15005550002") => (21612, "The message From/To pair violates a routing rule: +15005550002 is currently not reachable."),
        (_, "+15005550003") => (21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: +15005550003"),
        (_, "+15005550004") => (21610, "Attempt to send to unsubscribed recipient"),
        (_, "+15005550009") => (21614, "'To' number is not a valid mobile number: +15005550009"),
        _ => null,
    };

    static IResult? Unauthorised(HttpRequest request, string sid)
    {
        var header = request.Headers.Authorization.ToString();
        var decoded = new byte[header.Length];
        if (header.StartsWith("Basic ", StringComparison.Ordinal) && Convert.TryFromBase64String(header["Basic ".Length..], decoded, out var length))
        {
            var (user, secret) = Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [var u, var s] ? (u, s) : ("", "");
            if ((user == sid || user.StartsWith("SK", StringComparison.Ordinal)) && secret.Length > 0 && sid.StartsWith("AC", StringComparison.Ordinal)) return null;
        }
        return Error(401, 20003, "Authenticate");
    }

    static IResult Error(int status, int code, string message) => Wires.Json(
        new { code, message, more_info = $"https://www.twilio.com/docs/errors/{code}", status }, statusCode: status);

    [GeneratedRegex(@"^\+[1-9]\d{6,14}$")]
    private static partial Regex E164();

    [GeneratedRegex(@"^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$|^\d{5,6}$")]
    private static partial Regex SenderName();
}
