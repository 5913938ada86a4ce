using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>Somebody registered: he has a profile now, or the one that was made from his token learns the rest.</summary>
public sealed class OnAccountRegistered(UsersDb db, Outbox outbox) : IReaction<AccountRegistered>
{
    public async Task HandleAsync(AccountRegistered fact, ReactionContext context, CancellationToken ct)
    {
        var profile = await db.Profiles.SingleOrDefaultAsync(p => p.UserId == fact.UserId, ct);
        if (profile is null) db.Profiles.Add(profile = Profile.FromRegistration(fact));
        else if (profile is { ErasedAt: null, Provisional: true }) profile.Complete(fact);
        else return;
        outbox.Add(profile.Fact());
    }
}
