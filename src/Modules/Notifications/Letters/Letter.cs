using EstoSpaces.Contracts.Notifications;

namespace EstoSpaces.Notifications;

/// <summary>A message to one person, in his language, before it becomes mail, text, push or a line in the application.</summary>
public sealed record Letter
{
    public required string Subject { get; init; }

    /// <summary>What mail programs show beside the subject.</summary>
    public required string Preheader { get; init; }

    public required string Heading { get; init; }
    public required IReadOnlyList<Block> Blocks { get; init; }

    /// <summary>One sentence for the application and for push.</summary>
    public required string Brief { get; init; }

    /// <summary>A path of the web application; <see cref="NotificationView.Link"/>.</summary>
    public string? Link { get; init; }

    /// <summary>The text of an SMS; null: this message is not sent as one.</summary>
    public string? Sms { get; init; }

    public LetterFile? File { get; init; }
}

/// <summary>Something attached to the mail.</summary>
public sealed record LetterFile(string Name, string ContentType, string Text);

/// <summary>A part of a letter. Texts are plain; whoever writes HTML escapes them.</summary>
public abstract record Block;

public sealed record Paragraph(string Text) : Block;

/// <summary>Smaller and quieter than a paragraph.</summary>
public sealed record Note(string Text) : Block;

public sealed record Button(string Text, string Url) : Block;

public sealed record Picture(string Url, string Alt) : Block;

/// <summary>Label and value beside each other.</summary>
public sealed record Rows(string? Title, IReadOnlyList<(string Label, string Value)> Lines, (string Label, string Value)? Total = null) : Block;

/// <summary>Words of another person, e.g. a guest's message.</summary>
public sealed record Quotation(string Author, string Text) : Block;
