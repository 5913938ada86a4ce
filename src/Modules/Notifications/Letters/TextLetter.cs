using System.Text;

namespace EstoSpaces.Notifications;

/// <summary>Writes a letter as plain text: everything that the HTML says, for those who read it so.</summary>
public static class TextLetter
{
    public static string Write(Letter letter, Tongue tongue, string? unsubscribeUrl)
    {
        var text = new StringBuilder().AppendLine(letter.Heading).AppendLine();
        foreach (var block in letter.Blocks)
            switch (block)
            {
                case Paragraph p: text.AppendLine(p.Text).AppendLine(); break;
                case Note n: text.AppendLine(n.Text).AppendLine(); break;
                case Button b: text.AppendLine($"{b.Text}:").AppendLine(b.Url).AppendLine(); break;
                case Quotation q: text.AppendLine($"{q.Author}:").AppendLine("> " + q.Text.ReplaceLineEndings("\n> ")).AppendLine(); break;
                case Rows r: Table(text, r); break;
                case Picture: break;
                default: throw new InvalidOperationException($"no text for {block.GetType().Name}");
            }
        text.AppendLine("--").AppendLine(tongue.Say("EstoSpaces · homes for short stays and long lets", "EstoSpaces · des logements pour quelques nuits ou pour longtemps"));
        if (unsubscribeUrl is not null) text.AppendLine($"{tongue.Say("Unsubscribe from messages of this kind", "Ne plus recevoir ce type de message")}: {unsubscribeUrl}");
        return text.ToString().ReplaceLineEndings("\n");
    }

    private static void Table(StringBuilder text, Rows rows)
    {
        if (rows.Title is not null) text.AppendLine(rows.Title);
        foreach (var (label, value) in rows.Lines) text.AppendLine($"  {label}: {value.ReplaceLineEndings(", ")}");
        if (rows.Total is { } total) text.AppendLine($"  {total.Label}: {total.Value}");
        text.AppendLine();
    }
}
