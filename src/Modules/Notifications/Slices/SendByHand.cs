using System.Net.Mail;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>An admin or another service writes to a member (user_id) or to an address (to) by one channel. It is queued; the answer names it.</summary>
public static class SendByHand
{
    public sealed record EmailRequest(UserId? UserId, string? To, string? Subject, string? Body) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.That(UserId is null != string.IsNullOrWhiteSpace(To), "recipient_required", "Name either user_id or to.", "to");
            yield return Checks.That(To is null || MailAddress.TryCreate(To, out var address) && address.Address == To && !To.Any(char.IsControl), "invalid_email", "This is not a mail address.", "to");
            yield return Checks.Required(Subject, "subject");
            yield return Checks.Length(Subject, "subject", 1, 200);
            yield return Checks.That(!Subject!.Any(char.IsControl), "invalid_text", "subject contains a character that can't be sent.", "subject");
            yield return Checks.Required(Body, "body");
            yield return Checks.Length(Body, "body", 1, 20_000);
            yield return Checks.That(!Body!.Contains('\0'), "invalid_text", "body contains a character that can't be sent.", "body");
        }
    }

    public sealed record SmsRequest(UserId? UserId, string? To, string? Body) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.That(UserId is null != string.IsNullOrWhiteSpace(To), "recipient_required", "Name either user_id or to.", "to");
            yield return Checks.That(To is null || To.Length is >= 8 and <= 16 && To[0] == '+' && To.Skip(1).All(char.IsAsciiDigit), "invalid_phone", "Write the number as +33612345678.", "to");
            yield return Checks.Required(Body, "body");
            yield return Checks.Length(Body, "body", 1, 1600);
            yield return Checks.That(!Body!.Contains('\0'), "invalid_text", "body contains a character that can't be sent.", "body");
        }
    }

    public sealed record PushRequest(UserId? UserId, string? Title, string? Body, string? Link) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(UserId, "user_id");
            yield return Checks.Required(Title, "title");
            yield return Checks.Length(Title, "title", 1, 100);
            yield return Checks.Required(Body, "body");
            yield return Checks.Length(Body, "body", 1, 500);
            yield return Checks.That(!Title!.Contains('\0') && !Body!.Contains('\0'), "invalid_text", "A text contains a character that can't be sent.", "body");
            yield return Checks.That(Link is null || Link.Length <= 500 && Link.StartsWith('/') && !Link.StartsWith("//", StringComparison.Ordinal) && !Link.Any(char.IsControl), "invalid_link", "link must be a path of the web application.", "link");
        }
    }

    public sealed record Response(IReadOnlyList<NotificationId> Ids, string Status);

    public static void Map(RouteGroupBuilder door, bool named = true)
    {
        var (mail, sms, push) = (door.MapPost("/email", Mail).Idempotent().Produces<Response>(202), door.MapPost("/sms", Sms).Idempotent().Produces<Response>(202), door.MapPost("/push", Push).Idempotent().Produces<Response>(202));
        if (!named) return;
        mail.WithName("SendEmail");
        sms.WithName("SendSms");
        push.WithName("SendPush");
    }

    private static async Task<IResult> Mail(EmailRequest request, NotificationsDb db, Contacts contacts, PostOffice post, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var contact = request.UserId is { } user ? await contacts.FindAsync(user, ct) : null;
        if ((contact?.Email ?? request.To) is not { } address) return NotificationRefusals.RecipientUnknown.ToProblem();
        var letter = Plain(request.Subject!.Trim(), request.Body!.Trim(), null);
        var id = await post.SendByHandAsync(request.UserId, "email", address, contact?.Name, Tongue.For(contact?.Language), letter, ct);
        await transaction.CommitAsync(ct);
        return Results.Accepted(null, new Response([id], "queued"));
    }

    private static async Task<IResult> Sms(SmsRequest request, NotificationsDb db, Contacts contacts, PostOffice post, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var contact = request.UserId is { } user ? await contacts.FindAsync(user, ct) : null;
        if ((request.To ?? contact?.Phone) is not { } number) return NotificationRefusals.RecipientUnknown.ToProblem();
        var id = await post.SendByHandAsync(request.UserId, "sms", number, contact?.Name, Tongue.For(contact?.Language), Plain("EstoSpaces", request.Body!.Trim(), null), ct);
        await transaction.CommitAsync(ct);
        return Results.Accepted(null, new Response([id], "queued"));
    }

    private static async Task<IResult> Push(PushRequest request, NotificationsDb db, NpgsqlDataSource source, PostOffice post, CancellationToken ct)
    {
        var devices = await source.QueryAsync("select token from push_devices where user_id = $1", [request.UserId!.Value.Value], r => r.GetString(0), ct);
        if (devices.Count == 0) return NotificationRefusals.RecipientUnknown.ToProblem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var ids = new List<NotificationId>();
        foreach (var device in devices) ids.Add(await post.SendByHandAsync(request.UserId, "push", device, null, Tongue.English, Plain(request.Title!.Trim(), request.Body!.Trim(), request.Link), ct));
        await transaction.CommitAsync(ct);
        return Results.Accepted(null, new Response(ids, "queued"));
    }

    private static Letter Plain(string title, string body, string? link) => new()
    {
        Subject = title, Preheader = body[..Math.Min(120, body.Length)], Heading = title, Brief = body, Link = link, Sms = body,
        Blocks = [.. body.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(p => new Paragraph(p.Trim()))],
    };
}
