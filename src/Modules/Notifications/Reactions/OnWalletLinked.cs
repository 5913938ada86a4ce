using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A wallet can sign in to somebody's account from now on: he is told, in case it was not him.</summary>
public sealed class OnWalletLinked(PostOffice post, WalletLetters letters) : IReaction<WalletLinked>
{
    public async Task HandleAsync(WalletLinked fact, ReactionContext context, CancellationToken ct)
    {
        await post.SendAsync(fact.UserId, Templates.WalletLinked, $"wallet_linked:{context.Envelope.Id}", (t, c) => letters.Linked(t, c.Name, fact.Address), ct);
    }
}
