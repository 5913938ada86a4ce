using System.Text;

namespace EstoSpaces.Notifications;

/// <summary>
/// Writes a letter as HTML that mail programs of all ages show: tables, inline styles, one column of 600 pixels, a hidden preheader, and colours for dark mode where it is understood.
/// Everything that comes from people is escaped here, in one place.
/// </summary>
public static class HtmlLetter
{
    private const string Font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

    public static string Write(Letter letter, Tongue tongue, string webUrl, string? unsubscribeUrl)
    {
        var blocks = string.Concat(letter.Blocks.Select(Write));
        var unsubscribe = unsubscribeUrl is null ? "" : $"""<br><a class="muted" href="{E(unsubscribeUrl)}" style="color:#64665e;">{E(tongue.Say("Unsubscribe from messages of this kind", "Ne plus recevoir ce type de message"))}</a>""";
        return $$"""
            <!doctype html>
            <html lang="{{tongue.Code}}" dir="ltr">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="supported-color-schemes" content="light dark">
            <meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
            <title>{{E(letter.Subject)}}</title>
            <style>
            :root { color-scheme: light dark; supported-color-schemes: light dark; }
            @media (prefers-color-scheme: dark) {
              .paper { background-color: #161917 !important; }
              .surface { background-color: #1d211e !important; border-color: #303630 !important; }
              .ink { color: #efebe2 !important; }
              .soft { color: #cdcabf !important; }
              .muted, .muted a { color: #a5a79d !important; }
              .line { border-color: #303630 !important; }
              .tint { background-color: #213a33 !important; }
              .act { background-color: #86c7b2 !important; }
              .act a { color: #0d211b !important; }
              .brand { color: #93cfbc !important; }
            }
            @media (max-width: 620px) { .pad { padding-left: 20px !important; padding-right: 20px !important; } .act, .act a { display: block !important; text-align: center !important; } }
            </style>
            </head>
            <body class="paper" style="margin:0;padding:0;background-color:#faf7f1;-webkit-text-size-adjust:100%;">
            <div style="display:none;max-height:0;overflow:hidden;opacity:0;mso-hide:all;">{{E(letter.Preheader)}}{{string.Concat(Enumerable.Repeat("&#847;&zwnj;&nbsp;", 60))}}</div>
            <table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#faf7f1;">
            <tr><td align="center" style="padding:28px 12px 40px;">
            <table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;">
            <tr><td class="pad" style="padding:0 36px 18px;"><a class="brand" href="{{E(webUrl)}}" style="{{Font}}font-size:20px;font-weight:700;letter-spacing:-0.01em;color:#1d5b4e;text-decoration:none;">EstoSpaces</a></td></tr>
            <tr><td class="surface" style="background-color:#fffdf9;border:1px solid #e6dfd2;border-radius:16px;">
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
            <tr><td class="pad" style="padding:34px 36px 8px;"><h1 class="ink" style="{{Font}}margin:0;font-size:25px;line-height:1.25;font-weight:700;letter-spacing:-0.015em;color:#20231f;">{{E(letter.Heading)}}</h1></td></tr>
            {{blocks}}
            <tr><td style="padding:0 0 26px;font-size:0;line-height:0;">&nbsp;</td></tr>
            </table>
            </td></tr>
            <tr><td class="pad muted" style="{{Font}}padding:22px 36px 0;font-size:13px;line-height:1.6;color:#64665e;">{{E(tongue.Say("EstoSpaces · homes for short stays and long lets", "EstoSpaces · des logements pour quelques nuits ou pour longtemps"))}}{{unsubscribe}}</td></tr>
            </table>
            </td></tr>
            </table>
            </body>
            </html>
            """;
    }

    private static string Write(Block block) => block switch
    {
        Paragraph p => Row($"""<p class="soft" style="{Font}margin:0;font-size:16px;line-height:1.6;color:#4b4e47;">{Lines(p.Text)}</p>"""),
        Note n => Row($"""<p class="muted" style="{Font}margin:0;font-size:14px;line-height:1.6;color:#64665e;">{Lines(n.Text)}</p>"""),
        Button b => Row($"""
            <table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td class="act" bgcolor="#1d5b4e" style="background-color:#1d5b4e;border-radius:10px;"><a href="{E(b.Url)}" style="{Font}display:inline-block;padding:14px 24px;font-size:16px;font-weight:600;line-height:1.2;color:#fffdf9;text-decoration:none;border-radius:10px;">{E(b.Text)}</a></td></tr></table>
            """, 22),
        Picture p => Row($"""<img src="{E(p.Url)}" alt="{E(p.Alt)}" width="526" style="display:block;width:100%;max-width:526px;height:auto;border:0;border-radius:12px;">"""),
        Quotation q => Row($"""<div class="tint" style="background-color:#e2eee8;border-radius:12px;padding:16px 18px;"><p class="muted" style="{Font}margin:0 0 4px;font-size:13px;color:#64665e;">{E(q.Author)}</p><p class="ink" style="{Font}margin:0;font-size:16px;line-height:1.6;color:#20231f;">{Lines(q.Text)}</p></div>"""),
        Rows r => Row(Table(r), r.Title is null ? 16 : 30),
        _ => throw new InvalidOperationException($"no HTML for {block.GetType().Name}"),
    };

    private static string Table(Rows rows)
    {
        var html = new StringBuilder();
        if (rows.Title is not null) html.Append($"""<p class="ink" style="{Font}margin:0 0 6px;font-size:14px;font-weight:600;color:#20231f;">{E(rows.Title)}</p>""");
        html.Append("""<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">""");
        foreach (var (label, value) in rows.Lines) html.Append(Line(label, value, "soft", "color:#4b4e47;"));
        if (rows.Total is { } total) html.Append(Line(total.Label, total.Value, "ink", "color:#20231f;font-weight:700;"));
        return html.Append("</table>").ToString();
    }

    private static string Line(string label, string value, string tone, string style) => $"""
        <tr><td class="{tone} line" style="{Font}padding:9px 12px 9px 0;border-top:1px solid #e6dfd2;font-size:15px;line-height:1.5;vertical-align:top;{style}">{E(label)}</td><td class="ink line" align="right" style="{Font}padding:9px 0;border-top:1px solid #e6dfd2;font-size:15px;line-height:1.5;vertical-align:top;text-align:right;{style}color:#20231f;">{Lines(value)}</td></tr>
        """;

    private static string Row(string content, int top = 16) => $"""<tr><td class="pad" style="padding:{top}px 36px 0;">{content}</td></tr>""";

    private static string Lines(string text) => E(text).Replace("\r\n", "<br>").Replace("\n", "<br>");

    /// <summary>Escapes what HTML would read; letters of all languages stay readable. Characters that no document may carry are dropped.</summary>
    private static string E(string text)
    {
        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            _ = c switch
            {
                '&' => safe.Append("&amp;"),
                '<' => safe.Append("&lt;"),
                '>' => safe.Append("&gt;"),
                '"' => safe.Append("&quot;"),
                '\'' => safe.Append("&#39;"),
                _ when char.IsControl(c) && c is not ('\n' or '\r' or '\t') => safe,
                _ => safe.Append(c),
            };
        return safe.ToString();
    }
}
