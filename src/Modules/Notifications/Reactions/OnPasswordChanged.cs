using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A password was changed: its owner is told, in case it was not him.</summary>
public sealed class OnPasswordChanged(PostOffice post, AccountLetters letters) : IReaction<PasswordChanged>
{
    public async Task HandleAsync(PasswordChanged fact, ReactionContext context, CancellationToken ct)
    {
        await post.SendAsync(fact.UserId, Templates.PasswordChanged, $"password_changed:{context.Envelope.Id}", (t, c) => letters.PasswordChanged(t, c.Name), ct);
    }
}
