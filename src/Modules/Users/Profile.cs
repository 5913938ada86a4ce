using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Users;

namespace EstoSpaces.Users;

/// <summary>Who somebody is, as far as he told. The address and the roles are auth's; they are copied here from its events.</summary>
public sealed class Profile
{
    private const string Nameless = "Guest";

    public UserId UserId { get; private init; }
    public string Email { get; private set; } = "";
    public string? FirstName { get; private set; }
    public string? LastName { get; private set; }
    public string? DisplayName { get; private set; }
    public string? Phone { get; private set; }
    public string? Bio { get; private set; }
    public DateOnly? DateOfBirth { get; private set; }
    public string Language { get; private set; } = "en";
    public string? Country { get; private set; }
    public MediaId? AvatarId { get; private set; }
    public string? AvatarUrl { get; private set; }
    public bool EmailVerified { get; private set; }
    public string[] Roles { get; private set; } = [];

    /// <summary>Made from a token, because its owner came before the event that tells of him.</summary>
    public bool Provisional { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? ErasedAt { get; private set; }
    public long Version { get; private set; }

    private Profile() { }

    /// <summary>What others call him; never the mail address.</summary>
    public string PublicName => DisplayName ?? FirstName ?? Nameless;

    public bool IsAdmin => Roles.Contains(Wire.Name(Role.Admin));

    public static Profile FromToken(UserId id, string email, bool emailVerified, IEnumerable<Role> roles, DateTimeOffset now) => new()
    {
        UserId = id, Email = email, EmailVerified = emailVerified, Roles = [.. roles.Select(Wire.Name)], Provisional = true, CreatedAt = now, UpdatedAt = now, Version = 1,
    };

    public static Profile FromRegistration(AccountRegistered fact)
    {
        var profile = FromToken(fact.UserId, fact.Email, false, fact.Roles, fact.RegisteredAt);
        profile.Complete(fact);
        profile.Version = 1;
        return profile;
    }

    /// <summary>The registration is heard of after the profile was made from a token: what its owner wrote since stays.</summary>
    public void Complete(AccountRegistered fact)
    {
        var (first, last) = SplitName(fact.Name);
        if (FirstName is null && LastName is null) (FirstName, LastName) = (first, last);
        if (Version == 1) Language = fact.Language;
        (Provisional, CreatedAt) = (false, fact.RegisteredAt);
        Touched(fact.RegisteredAt);
    }

    /// <summary>Applies the fields that were given. Answers the event for the rest of the product.</summary>
    public ProfileChanged Change(ProfileChange change, DateTimeOffset now)
    {
        if (change.Has("first_name")) FirstName = Clean(change.FirstName);
        if (change.Has("last_name")) LastName = Clean(change.LastName);
        if (change.Has("display_name")) DisplayName = Clean(change.DisplayName);
        if (change.Has("phone")) Phone = PhoneNumber.Normalize(change.Phone);
        if (change.Has("bio")) Bio = Clean(change.Bio);
        if (change.Has("date_of_birth")) DateOfBirth = change.DateOfBirth;
        if (change.Has("language") && change.Language is { } language) Language = language.ToLowerInvariant();
        if (change.Has("country")) Country = Clean(change.Country)?.ToUpperInvariant();
        if (change.Has("avatar_id") && change.AvatarId is null) (AvatarId, AvatarUrl) = (null, null);
        Touched(now);
        return Fact();
    }

    /// <summary>Url is null while the picture is still being made smaller; it is filled in when media tells.</summary>
    public void ShowPicture(MediaId id, string? url) => (AvatarId, AvatarUrl) = (id, url);

    public ProfileChanged PictureReady(string url, DateTimeOffset now)
    {
        AvatarUrl = url;
        Touched(now);
        return Fact();
    }

    public ProfileChanged PictureGone(DateTimeOffset now)
    {
        (AvatarId, AvatarUrl) = (null, null);
        Touched(now);
        return Fact();
    }

    public void VerifyEmail(string email, DateTimeOffset now)
    {
        if (email != Email || EmailVerified) return;
        EmailVerified = true;
        Touched(now);
    }

    public void SetRoles(IEnumerable<Role> roles, DateTimeOffset now)
    {
        Roles = [.. roles.Select(Wire.Name)];
        Touched(now);
    }

    /// <summary>Forgets the person; the id stays, because bookings name it.</summary>
    public AccountErased Erase(DateTimeOffset now)
    {
        Email = $"{UserId}@erased.invalid";
        FirstName = LastName = Phone = Bio = Country = AvatarUrl = null;
        DisplayName = "Former member";
        (DateOfBirth, AvatarId, EmailVerified, ErasedAt) = (null, null, false, now);
        Touched(now);
        return new AccountErased(UserId, now);
    }

    public ProfileChanged Fact() => new(UserId, Email, PublicName, Phone, Language, AvatarUrl);

    public ProfileView View() => new(UserId, Email, FirstName, LastName, DisplayName, Phone, Bio, DateOfBirth, Language, Country, AvatarId, AvatarUrl, EmailVerified, CreatedAt);

    public PublicProfile Public() => new(UserId, PublicName, AvatarUrl, Bio, CreatedAt, EmailVerified);

    public ContactCard Contact() => new(UserId, Email, PublicName, Phone, Language);

    private void Touched(DateTimeOffset now) => (UpdatedAt, Version) = (now, Version + 1);

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static (string? First, string? Last) SplitName(string? name)
    {
        if (Clean(name) is not { } whole) return (null, null);
        var space = whole.IndexOf(' ');
        return space < 0 ? (whole, null) : (whole[..space], Clean(whole[space..]));
    }
}
