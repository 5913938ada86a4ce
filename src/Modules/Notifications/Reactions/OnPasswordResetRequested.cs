using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Somebody forgot his password: the link is mailed.</summary>
public sealed class OnPasswordResetRequested(PostOffice post, AccountLetters letters) : IReaction<PasswordResetRequested>
{
    public async Task HandleAsync(PasswordResetRequested fact, ReactionContext context, CancellationToken ct)
    {
        var contact = new Contact(fact.UserId, fact.Email, fact.Name, null, fact.Language);
        await post.SendAsync(contact, Templates.PasswordReset, $"password_reset:{context.Envelope.Id}", (t, _) => letters.PasswordReset(t, fact), ct);
    }
}
