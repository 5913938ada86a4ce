using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Users;

/// <summary>Somebody became a host or an admin, or is one no longer: the list of members shows it.</summary>
public sealed class OnRolesChanged(UsersDb db) : IReaction<RolesChanged>
{
    public async Task HandleAsync(RolesChanged fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LivingAsync(fact.UserId, ct) is { } profile) profile.SetRoles(fact.Roles, context.Envelope.Time);
    }
}
