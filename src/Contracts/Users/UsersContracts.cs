using EstoSpaces.Contracts.Events;

namespace EstoSpaces.Contracts.Users;

/// <summary>A profile as its owner sees it.</summary>
public sealed record ProfileView(UserId Id, string Email, string? FirstName, string? LastName, string? DisplayName, string? Phone, string? Bio, DateOnly? DateOfBirth,
    string Language, string? Country, MediaId? AvatarId, string? AvatarUrl, bool EmailVerified, DateTimeOffset CreatedAt);

/// <summary>What anybody may see of a person: first name, picture, since when.</summary>
public sealed record PublicProfile(UserId Id, string DisplayName, string? AvatarUrl, string? Bio, DateTimeOffset MemberSince, bool EmailVerified);

/// <summary>What another module must know to write to a person.</summary>
public sealed record ContactCard(UserId Id, string Email, string DisplayName, string? Phone, string Language);

[EventType("estospaces.users.profile_changed.v1")]
public sealed record ProfileChanged(UserId UserId, string Email, string DisplayName, string? Phone, string Language, string? AvatarUrl) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>A person had himself erased: whoever keeps what names or describes him forgets it. Bookings, invoices and ledger keep the id.</summary>
[EventType("estospaces.users.account_erased.v1")]
public sealed record AccountErased(UserId UserId, DateTimeOffset ErasedAt) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>What somebody earns goes to another of his wallets from now on, or to none (Address null). Address in EIP-55 spelling.</summary>
[EventType("estospaces.users.payout_wallet_changed.v1")]
public sealed record PayoutWalletChanged(UserId UserId, string? Address, DateTimeOffset ChangedAt) : IEvent
{
    public string Subject => UserId.ToString();
}

/// <summary>A proven wallet of a person. Payout: what he earns as a host goes there; one of his wallets at most.</summary>
public sealed record WalletView(string Address, string? Label, string Kind, long ChainId, bool Payout, DateTimeOffset LinkedAt);

/// <summary>Asks the user service. Internal; calls carry a service token.</summary>
public sealed class UsersClient(HttpClient http)
{
    /// <summary>Who they are and how to reach them. Refuses with <c>user_not_found</c>.</summary>
    public Task<Result<ContactCard>> GetContactAsync(UserId id, CancellationToken ct) => http.AskAsync<ContactCard>($"/internal/users/{id}/contact", ct);

    /// <summary>Public profiles for several people at once; the unknown ones are left out.</summary>
    public Task<Result<IReadOnlyList<PublicProfile>>> GetPublicProfilesAsync(IEnumerable<UserId> ids, CancellationToken ct) =>
        http.AskAsync<IReadOnlyList<PublicProfile>>($"/internal/users/public?ids={string.Join(',', ids)}", ct);

    /// <summary>A person's proven wallets; none for the unknown.</summary>
    public Task<Result<IReadOnlyList<WalletView>>> GetWalletsAsync(UserId id, CancellationToken ct) => http.AskAsync<IReadOnlyList<WalletView>>($"/internal/users/{id}/wallets", ct);
}
