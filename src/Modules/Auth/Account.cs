using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Auth;

public enum AccountStatus { Active, Suspended, Deleted }

/// <summary>Somebody who can sign in: an address, a password or wallets, roles. Who they are as a person belongs to the user service.</summary>
public sealed class Account
{
    public UserId Id { get; private init; }
    public string Email { get; private set; } = "";

    /// <summary>The address as it is compared, see <see cref="Addresses.Key"/>.</summary>
    public string EmailKey { get; private set; } = "";

    public string? Name { get; private set; }
    public string PasswordHash { get; private set; } = NoPassword;

    /// <summary>Wire names of the roles, as they stand in the database and in tokens.</summary>
    public string[] RoleNames { get; private set; } = [];

    public AccountStatus Status { get; private set; }
    public string? StatusReason { get; private set; }
    public string Language { get; private set; } = "en";
    public DateTimeOffset? EmailVerifiedAt { get; private set; }
    public DateTimeOffset PasswordChangedAt { get; private set; }
    public DateTimeOffset CreatedAt { get; private init; }
    public uint RowVersion { get; private set; }

    public IReadOnlyList<Role> Roles => [.. RoleNames.Select(n => Wire.TryName<Role>(n, out var role) ? role : Role.Guest)];
    public bool EmailVerified => EmailVerifiedAt is not null;

    /// <summary>No password is this one's: who signs in with a wallet needs none.</summary>
    public const string NoPassword = "";

    public bool HasPassword => PasswordHash != NoPassword;

    private Account() { }

    /// <summary>A new account is a guest; being host or admin comes later.</summary>
    public static (Account Account, AccountRegistered Fact) Register(UserId id, string email, string passwordHash, string? name, string language, DateTimeOffset now)
    {
        var account = new Account
        {
            Id = id, Email = email, EmailKey = Addresses.Key(email), PasswordHash = passwordHash, Name = name, RoleNames = Names([Role.Guest]),
            Status = AccountStatus.Active, Language = language, PasswordChangedAt = now, CreatedAt = now,
        };
        return (account, new AccountRegistered(id, email, name, account.Roles, language, now));
    }

    /// <summary>Null when the address was proved before.</summary>
    public EmailVerified? VerifyEmail(DateTimeOffset now)
    {
        if (EmailVerified) return null;
        EmailVerifiedAt = now;
        return new EmailVerified(Id, Email);
    }

    public PasswordChanged ChangePassword(string hash, DateTimeOffset now)
    {
        (PasswordHash, PasswordChangedAt) = (hash, now);
        return new PasswordChanged(Id, Email, Language);
    }

    /// <summary>The same password under today's rules of hashing.</summary>
    public void Rehash(string hash) => PasswordHash = hash;

    /// <summary>Null when nothing changes.</summary>
    public RolesChanged? SetRoles(IEnumerable<Role> roles)
    {
        var names = Names(roles.Append(Role.Guest));
        if (names.SequenceEqual(RoleNames)) return null;
        RoleNames = names;
        return new RolesChanged(Id, Roles);
    }

    public RolesChanged? AddRole(Role role) => SetRoles(Roles.Append(role));

    public Refusal? Suspend(string reason)
    {
        if (Status == AccountStatus.Deleted) return AuthRefusals.AccountNotFound;
        (Status, StatusReason) = (AccountStatus.Suspended, reason);
        return null;
    }

    public Refusal? Reinstate()
    {
        if (Status == AccountStatus.Deleted) return AuthRefusals.AccountNotFound;
        (Status, StatusReason) = (AccountStatus.Active, null);
        return null;
    }

    /// <summary>Forgets the person; the id stays, because bookings and ledger name it.</summary>
    public void Erase()
    {
        Email = EmailKey = $"{Id}@erased.invalid";
        (Name, PasswordHash, Status, StatusReason, EmailVerifiedAt) = (null, NoPassword, AccountStatus.Deleted, "erased", null);
        RoleNames = Names([Role.Guest]);
    }

    public AccountView View() => new(Id, Email, EmailVerified, Name, Roles, Wire.Name(Status), CreatedAt);

    private static string[] Names(IEnumerable<Role> roles) => [.. roles.Distinct().Order().Select(Wire.Name)];
}
