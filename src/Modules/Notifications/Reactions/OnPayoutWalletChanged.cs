using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>What somebody earns goes elsewhere from now on. A thief would change just that, so he is told.</summary>
public sealed class OnPayoutWalletChanged(PostOffice post, WalletLetters letters) : IReaction<PayoutWalletChanged>
{
    public async Task HandleAsync(PayoutWalletChanged fact, ReactionContext context, CancellationToken ct)
    {
        await post.SendAsync(fact.UserId, Templates.PayoutWalletChanged, $"payout_wallet:{context.Envelope.Id}", (t, c) => letters.PayoutChanged(t, c.Name, fact.Address), ct);
    }
}
