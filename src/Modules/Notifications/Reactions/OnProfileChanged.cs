using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Somebody changed how he is called, reached or spoken to.</summary>
public sealed class OnProfileChanged(Contacts contacts) : IReaction<ProfileChanged>
{
    public async Task HandleAsync(ProfileChanged fact, ReactionContext context, CancellationToken ct)
    {
        await contacts.PutAsync(new Contact(fact.UserId, fact.Email, fact.DisplayName, fact.Phone, fact.Language), ct);
    }
}
