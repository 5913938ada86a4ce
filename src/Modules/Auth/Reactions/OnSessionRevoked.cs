using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;

namespace EstoSpaces.Auth;

/// <summary>A session ended: every process that checks tokens is told now. Being told twice changes nothing, and what is lost here the herald makes up for.</summary>
public sealed class OnSessionRevoked(RevokedSessions revoked) : IReaction<SessionRevoked>
{
    public Task HandleAsync(SessionRevoked fact, ReactionContext context, CancellationToken ct) => revoked.AnnounceAsync([new RevokedSession(fact.SessionId, fact.TokensExpireAt)]);
}
