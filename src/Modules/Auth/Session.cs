using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Auth;

/// <summary>One sign-in on one device: the family of the refresh tokens that follow from it.</summary>
public sealed class Session
{
    public Guid Id { get; init; }
    public UserId UserId { get; init; }
    public string? UserAgent { get; set; }
    public string? Ip { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset LastUsedAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; private set; }
    public string? RevokeReason { get; private set; }

    public bool IsAlive(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now;

    /// <summary>Null when it was over already. Access tokens that are out live until TokensExpireAt.</summary>
    public SessionRevoked? Revoke(string reason, DateTimeOffset now, TimeSpan tokenLife)
    {
        if (RevokedAt is not null) return null;
        (RevokedAt, RevokeReason) = (now, reason);
        return new SessionRevoked(UserId, Id, now + tokenLife);
    }
}

/// <summary>A refresh token: good for one use. Only its hash is kept.</summary>
public sealed class RefreshToken
{
    public Guid Id { get; init; }
    public Guid SessionId { get; init; }
    public byte[] TokenHash { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A link that proves an address.</summary>
public sealed class EmailVerification
{
    public Guid Id { get; init; }
    public UserId UserId { get; init; }
    public string Email { get; init; } = "";
    public byte[] TokenHash { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A link that allows to set a new password.</summary>
public sealed class PasswordReset
{
    public Guid Id { get; init; }
    public UserId UserId { get; init; }
    public byte[] TokenHash { get; init; } = [];
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}
