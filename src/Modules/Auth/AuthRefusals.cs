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
    public static readonly Refusal WalletWrongOrigin = Refusal.Invalid("wallet_wrong_origin", "This message was not made for our pages: its domain and URI must be those of this website.", "message");
    public static readonly Refusal WalletWrongChain = Refusal.Invalid("wallet_wrong_chain", "This is for another chain than the one that is used here. Switch your wallet's network.", "chain_id");
    public static readonly Refusal WalletMessageExpired = Refusal.Invalid("wallet_message_expired", "The message has expired. Sign a new one.", "message");
    public static readonly Refusal WalletMessageNotYetValid = Refusal.Invalid("wallet_message_not_yet_valid", "The message is for later, or this device's clock is wrong.", "message");
    public static readonly Refusal WalletNonceInvalid = Refusal.Invalid("wallet_nonce_invalid", "The message's nonce is not one that we gave out for this address, or it is used or expired. Ask for a new one.", "message");
    public static readonly Refusal WalletSignatureInvalid = Refusal.Invalid("wallet_signature_invalid", "The signature is not this wallet's for this message.", "signature");
    public static readonly Refusal WalletCheckUnavailable = Refusal.Unavailable("wallet_check_unavailable",
        "The signature is not of the address's own key, and whether it is a contract wallet's can't be asked right now. Try again in a moment.");
    public static readonly Refusal WalletUnknown = Refusal.NotFound("wallet_unknown", "This wallet belongs to no account yet. Make one with it, or sign in and link it.");
    public static readonly Refusal WalletTaken = Refusal.Conflict("wallet_taken", "This wallet belongs to another account.");
    public static readonly Refusal WalletNotFound = Refusal.NotFound("wallet_not_found", "You have no such wallet.");
    public static readonly Refusal WalletLastWay = Refusal.Conflict("wallet_last_way", "This wallet is your only way of signing in. Set a password or link another wallet first.");
    public static readonly Refusal TooManyWallets = Refusal.Conflict("too_many_wallets", "You have 20 wallets. Take one off first.");
}
