using System.Globalization;
using System.Net.Mail;
using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Mail;

/// <summary>One thing wrong with a mail, and the field it is in.</summary>
internal sealed record MailProblem(string Message, string? Field);

/// <summary>What SendGrid refuses, in its words.</summary>
internal static class MailRules
{
    static readonly string[] ForbiddenHeaders =
        ["x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc"];

    public static List<MailProblem> Check(JsonObject body)
    {
        var problems = new List<MailProblem>();
        CheckPersonalizations(body, problems);
        CheckAddress(body["from"], "from", problems, "The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {\"email\" : \"example@example.com\"}  or {\"email\" : \"example@example.com\", \"name\" : \"Example Recipient\"}.");
        if (body["reply_to"] is not null) CheckAddress(body["reply_to"], "reply_to", problems, "The reply_to object must contain an email.");
        CheckContent(body, problems);
        CheckAttachments(body, problems);
        CheckHeaders(body["headers"] as JsonObject, "headers", problems);
        if (body["categories"] is JsonArray { Count: > 10 }) problems.Add(new("You cannot have more than 10 categories per request.", "categories"));
        return problems;
    }

    static void CheckPersonalizations(JsonObject body, List<MailProblem> problems)
    {
        if (body["personalizations"] is not JsonArray { Count: > 0 } all)
        {
            problems.Add(new("The personalizations field is required and must have at least one personalization.", "personalizations"));
            return;
        }
        if (all.Count > 1000) problems.Add(new("The personalizations field must have at most 1000 personalizations.", "personalizations"));
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < all.Count; i++)
        {
            var field = "personalizations." + i.ToString(CultureInfo.InvariantCulture);
            if (all[i] is not JsonObject one || one["to"] is not JsonArray { Count: > 0 })
            {
                problems.Add(new("The to array is required for all personalization objects, and must have at least one email object with a valid email address.", field + ".to"));
                continue;
            }
            seen.Clear();
            foreach (var kind in new[] { "to", "cc", "bcc" })
            {
                if (one[kind] is not JsonArray addresses) continue;
                for (var j = 0; j < addresses.Count; j++)
                {
                    CheckAddress(addresses[j], $"{field}.{kind}.{j}", problems, "The email address is required.");
                    if (Email(addresses[j]) is { } email && !seen.Add(email))
                        problems.Add(new($"Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [{email}] in the {field}.{kind} field.", field));
                }
            }
            CheckHeaders(one["headers"] as JsonObject, field + ".headers", problems);
            if (!HasText(one["subject"]) && !HasText(body["subject"]) && !HasText(body["template_id"]))
                problems.Add(new("The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.", "subject"));
        }
    }

    static void CheckContent(JsonObject body, List<MailProblem> problems)
    {
        if (body["content"] is not JsonArray { Count: > 0 } content)
        {
            if (!HasText(body["template_id"])) problems.Add(new("Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.", "content"));
            return;
        }
        var types = new List<string>();
        for (var i = 0; i < content.Count; i++)
        {
            var type = (content[i] as JsonObject)?["type"] is JsonValue t && t.TryGetValue<string>(out var name) ? name : "";
            if (type.Length == 0) problems.Add(new("The content type is required.", $"content.{i}.type"));
            if (!HasText((content[i] as JsonObject)?["value"])) problems.Add(new("The content value must be a string at least one character in length.", $"content.{i}.value"));
            types.Add(type);
        }
        if (types.IndexOf("text/plain") > 0)
            problems.Add(new("If present, text/plain and text/html may only be provided once, and text/plain must be first, followed by text/html, followed by any other content.", "content"));
    }

    static void CheckAttachments(JsonObject body, List<MailProblem> problems)
    {
        if (body["attachments"] is not JsonArray attachments) return;
        for (var i = 0; i < attachments.Count; i++)
        {
            var field = $"attachments.{i}";
            if (attachments[i] is not JsonObject attachment || !HasText(attachment["content"]))
            {
                problems.Add(new("The attachment content is required.", field + ".content"));
                continue;
            }
            if (!HasText(attachment["filename"])) problems.Add(new("The attachment filename is required.", field + ".filename"));
            var content = (string)attachment["content"]!;
            if (!Convert.TryFromBase64String(content, new byte[content.Length], out _)) problems.Add(new("The attachment content must be base64 encoded.", field + ".content"));
        }
    }

    static void CheckHeaders(JsonObject? headers, string field, List<MailProblem> problems)
    {
        foreach (var (name, value) in headers ?? [])
        {
            if (ForbiddenHeaders.Contains(name.ToLowerInvariant())) problems.Add(new($"The {name} header is one of the reserved headers and cannot be set.", field));
            if (!HasText(value)) problems.Add(new("Header values must be strings.", field));
        }
    }

    static void CheckAddress(JsonNode? address, string field, List<MailProblem> problems, string missing)
    {
        if (Email(address) is not { Length: > 0 } email) problems.Add(new(missing, field + ".email"));
        else if (!MailAddress.TryCreate(email, out var parsed) || parsed.Address != email || !parsed.Host.Contains('.', StringComparison.Ordinal) && parsed.Host != "localhost")
            problems.Add(new("Does not contain a valid address.", field + ".email"));
    }

    public static string? Email(JsonNode? address) => (address as JsonObject)?["email"] is JsonValue value && value.TryGetValue<string>(out var email) ? email : null;

    static bool HasText(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0;
}
