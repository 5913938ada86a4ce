using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Somebody must prove his address: the link is mailed to that very address.</summary>
public sealed class OnEmailVerificationRequested(PostOffice post, AccountLetters letters) : IReaction<EmailVerificationRequested>
{
    public async Task HandleAsync(EmailVerificationRequested fact, ReactionContext context, CancellationToken ct)
    {
        var contact = new Contact(fact.UserId, fact.Email, fact.Name, null, fact.Language);
        await post.SendAsync(contact, Templates.VerifyEmail, $"verify_email:{context.Envelope.Id}", (t, _) => letters.VerifyEmail(t, fact), ct);
    }
}
