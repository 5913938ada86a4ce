using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A person had himself erased: contact, messages, preferences and devices go. What was queued for him is not sent any more.</summary>
public sealed class OnAccountErased(Contacts contacts) : IReaction<AccountErased>
{
    public async Task HandleAsync(AccountErased fact, ReactionContext context, CancellationToken ct)
    {
        await contacts.ForgetAsync(fact.UserId, ct);
    }
}
