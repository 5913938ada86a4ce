using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A wallet was taken off somebody's account: he is told, in case it was not him.</summary>
public sealed class OnWalletUnlinked(PostOffice post, WalletLetters letters) : IReaction<WalletUnlinked>
{
    public async Task HandleAsync(WalletUnlinked fact, ReactionContext context, CancellationToken ct)
    {
        await post.SendAsync(fact.UserId, Templates.WalletUnlinked, $"wallet_unlinked:{context.Envelope.Id}", (t, c) => letters.Unlinked(t, c.Name, fact.Address), ct);
    }
}
