using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Somebody registered: his contact is kept, and he is welcomed.</summary>
public sealed class OnAccountRegistered(Contacts contacts, PostOffice post, AccountLetters letters) : IReaction<AccountRegistered>
{
    public async Task HandleAsync(AccountRegistered fact, ReactionContext context, CancellationToken ct)
    {
        var contact = new Contact(fact.UserId, fact.Email, fact.Name, null, fact.Language);
        await contacts.PutAsync(contact, ct);
        await post.SendAsync(contact, Templates.Welcome, $"welcome:{fact.UserId}", (t, c) => letters.Welcome(t, c.Name), ct);
    }
}
