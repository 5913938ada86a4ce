using EstoSpaces.Contracts.Events;

namespace EstoSpaces.Contracts.Auth;

/// <summary>What an account may do. One account can be guest and host.</summary>
public enum Role { Guest, Host, Admin }

/// <summary>An account as its owner sees it.</summary>
public sealed record AccountView(UserId Id, string Email, bool EmailVerified, string? Name, IReadOnlyList<Role> Roles, string Status, DateTimeOffset CreatedAt);

/// <summary>The answer to register, login and refresh. <c>ExpiresIn</c> is the access token's life in seconds.</summary>
public sealed record SessionView(AccountView User, string AccessToken, string RefreshToken, string TokenType, int ExpiresIn);

/// <summary>Somebody has an account now. Language is an IETF tag ("en", "fr").</summary>
[EventType("estospaces.auth.account_registered.v1")]
public sealed record AccountRegistered(UserId UserId, string Email, string? Name, IReadOnlyList<Role> Roles, string Language, DateTimeOffset RegisteredAt) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>The owner must be sent a link to prove the address. The token is single-use and short-lived.</summary>
[EventType("estospaces.auth.email_verification_requested.v1")]
public sealed record EmailVerificationRequested(UserId UserId, string Email, string? Name, string Token, string Language, DateTimeOffset ExpiresAt) : IEvent
{
    public string Subject => UserId.ToString();
}

[EventType("estospaces.auth.email_verified.v1")]
public sealed record EmailVerified(UserId UserId, string Email) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>The owner must be sent a link to set a new password.</summary>
[EventType("estospaces.auth.password_reset_requested.v1")]
public sealed record PasswordResetRequested(UserId UserId, string Email, string? Name, string Token, string Language, DateTimeOffset ExpiresAt) : IEvent
{
    public string Subject => UserId.ToString();
}

[EventType("estospaces.auth.password_changed.v1")]
public sealed record PasswordChanged(UserId UserId, string Email, string Language) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>Roles were added or removed, e.g. a guest became a host.</summary>
[EventType("estospaces.auth.roles_changed.v1")]
public sealed record RolesChanged(UserId UserId, IReadOnlyList<Role> Roles) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>A session ended before its tokens expired: nobody should accept them any more.</summary>
[EventType("estospaces.auth.session_revoked.v1")]
public sealed record SessionRevoked(UserId UserId, Guid SessionId, DateTimeOffset TokensExpireAt) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>A wallet was proven to be this account's (EIP-4361). Address in EIP-55 spelling. Kind: key, or contract (ERC-1271).</summary>
[EventType("estospaces.auth.wallet_linked.v1")]
public sealed record WalletLinked(UserId UserId, string Address, string Kind, long ChainId, DateTimeOffset LinkedAt) : IEvent
{
    public string Subject => UserId.ToString();
}

[EventType("estospaces.auth.wallet_unlinked.v1")]
public sealed record WalletUnlinked(UserId UserId, string Address) : IEvent
{
    public string Subject => UserId.ToString();
}
