using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Users;

/// <summary>Somebody proved his address: his profile says so.</summary>
public sealed class OnEmailVerified(UsersDb db) : IReaction<EmailVerified>
{
    public async Task HandleAsync(EmailVerified fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LivingAsync(fact.UserId, ct) is { } profile) profile.VerifyEmail(fact.Email, context.Envelope.Time);
    }
}
