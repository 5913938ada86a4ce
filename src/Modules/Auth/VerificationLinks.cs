using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Auth;

/// <summary>Links that prove an address. The token leaves only inside the event that has the mail written.</summary>
public static class VerificationLinks
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(2);

    public static EmailVerificationRequested Issue(AuthDb db, Account account)
    {
        var (token, now) = (OpaqueToken.New(), TimeProvider.System.GetUtcNow());
        db.EmailVerifications.Add(new EmailVerification { Id = Guid.CreateVersion7(), UserId = account.Id, Email = account.Email, TokenHash = OpaqueToken.Hash(token), CreatedAt = now, ExpiresAt = now + Life });
        return new EmailVerificationRequested(account.Id, account.Email, account.Name, token, account.Language, now + Life);
    }
}
