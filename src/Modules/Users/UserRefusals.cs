using EstoSpaces.Contracts;

namespace EstoSpaces.Users;

public static class UserRefusals
{
    public static readonly Refusal UserNotFound = Refusal.NotFound("user_not_found", "There is no such member.");
    public static readonly Refusal NotYours = Refusal.Forbidden("not_your_profile", "Only its owner or an admin may do this.");
    public static readonly Refusal AddressNotFound = Refusal.NotFound("address_not_found", "You have no such address.");
    public static readonly Refusal TooManyAddresses = Refusal.Conflict("too_many_addresses", "You have 20 addresses. Delete one first.");
    public static readonly Refusal WalletNotFound = Refusal.NotFound("wallet_not_found", "You have no such wallet.");
    public static readonly Refusal AvatarNotYours = Refusal.Invalid("avatar_not_yours", "This picture belongs to somebody else.", "avatar_id");
    public static readonly Refusal AdminMustStepDown = Refusal.Conflict("admin_must_step_down", "This account is an admin's. Another admin must take that role from it first.");
    public static readonly Refusal StaysOpen = Refusal.Conflict("stays_open", "There are stays ahead or under way. Finish or cancel them first.");
}
