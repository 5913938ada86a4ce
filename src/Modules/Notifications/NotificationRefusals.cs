using EstoSpaces.Contracts;

namespace EstoSpaces.Notifications;

public static class NotificationRefusals
{
    public static readonly Refusal NotificationNotFound = Refusal.NotFound("notification_not_found", "You have no such notification.");
    public static readonly Refusal RecipientUnknown = Refusal.NotFound("recipient_not_found", "There is nobody with this id who could be reached this way.");
    public static readonly Refusal UnsubscribeLinkInvalid = Refusal.Invalid("unsubscribe_link_invalid", "This link is not one of ours, or it is broken. You can change your preferences when you are signed in.", "token");
}
