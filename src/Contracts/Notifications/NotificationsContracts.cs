namespace EstoSpaces.Contracts.Notifications;

/// <summary>A message as its receiver sees it in the application. Link is a path of the web application.</summary>
public sealed record NotificationView(NotificationId Id, string Template, string Title, string Body, string? Link, DateTimeOffset CreatedAt, DateTimeOffset? ReadAt);
