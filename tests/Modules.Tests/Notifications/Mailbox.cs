using System.Text.Json;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests.Notifications;

/// <summary>Reads what arrived in the sandbox, as the receivers would.</summary>
internal static class Mailbox
{
    public static async Task<List<JsonElement>> MailsAsync(this TestProduct product, string to)
    {
        using var sandbox = product.ClientOf("sandbox");
        return [.. (await sandbox.GetAsync($"/sandbox/mailbox.json?to={Uri.EscapeDataString(to)}&limit=100").ReadAsync()).GetProperty("data").EnumerateArray()];
    }

    /// <summary>Waits until a mail of this template arrived.</summary>
    public static async Task<JsonElement> MailAsync(this TestProduct product, string to, string template)
    {
        var mails = await Until.HoldsAsync(() => product.MailsAsync(to), all => all.Any(m => Is(m, template)), $"{template} arrives at {to}");
        return mails.First(m => Is(m, template));
    }

    public static bool Is(JsonElement mail, string template) => mail.GetProperty("categories").EnumerateArray().Any(c => c.GetString() == template);

    public static string Html(this JsonElement mail) => mail.GetProperty("html").GetString()!;

    public static string Text(this JsonElement mail) => mail.GetProperty("text").GetString()!;

    public static string Subject(this JsonElement mail) => mail.GetProperty("subject").GetString()!;

    public static string? Header(this JsonElement mail, string name) => mail.GetProperty("headers").TryGetProperty(name, out var value) ? value.GetString() : null;

    public static async Task<string> FileAsync(this TestProduct product, JsonElement mail)
    {
        using var sandbox = product.ClientOf("sandbox");
        return await sandbox.GetStringAsync(mail.GetProperty("attachments")[0].GetProperty("url").GetString());
    }
}
