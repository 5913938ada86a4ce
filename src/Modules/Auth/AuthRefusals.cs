using EstoSpaces.Contracts;

namespace EstoSpaces.Auth;

/// <summary>Every "no" of this service that is not about a single field.</summary>
public static class AuthRefusals
{
    public static readonly Refusal EmailTaken = Refusal.Conflict("email_taken", "There is an account with this address already. Sign in, or ask for a new password.", "email");
    public static readonly Refusal InvalidCredentials = Refusal.Unauthenticated("invalid_credentials", "Address or password is wrong.");
    public static readonly Refusal AccountSuspended = Refusal.Forbidden("account_suspended", "This account is suspended. Write to support if you think that is a mistake.");
    public static readonly Refusal TooManyAttempts = Refusal.TooMany("too_many_attempts", "Too many attempts. Wait as long as Retry-After says.");
    public static readonly Refusal RefreshTokenInvalid = Refusal.Unauthenticated("refresh_token_invalid", "This refresh token is unknown or expired. Sign in again.");
    public static readonly Refusal RefreshTokenReused = Refusal.Unauthenticated("refresh_token_reused", "This refresh token was used before. The session was ended to be safe; sign in again.");
    public static readonly Refusal SessionEnded = Refusal.Unauthenticated("session_ended", "This session was ended. Sign in again.");
    public static readonly Refusal SessionNotFound = Refusal.NotFound("session_not_found", "You have no such session.");
    public static readonly Refusal AccountNotFound = Refusal.NotFound("account_not_found", "There is no such account.");
    public static readonly Refusal VerificationTokenInvalid = Refusal.Invalid("verification_token_invalid", "This link is not valid any more. Ask for a new one.", "token");
    public static readonly Refusal ResetTokenInvalid = Refusal.Invalid("reset_token_invalid", "This link is not valid any more. Ask for a new one.", "token");
    public static readonly Refusal EmailAlreadyVerified = Refusal.Conflict("email_already_verified", "Your address is verified already.");
    public static readonly Refusal WrongPassword = Refusal.Invalid("wrong_password", "This is not your password.", "current_password");
    public static readonly Refusal OwnAccount = Refusal.Conflict("own_account", "Another admin must do this to your account.");
}
