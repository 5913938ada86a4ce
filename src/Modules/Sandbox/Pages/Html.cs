using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>HTML that is safe to send: made by <see cref="Html.Of"/> only.</summary>
internal readonly record struct Markup(string Text)
{
    public static readonly Markup Nothing = new("");

    public override string ToString() => Text;
}

/// <summary>Turns an interpolated string into markup; every value in it is encoded, unless it is markup already.</summary>
internal static class Html
{
    public static Markup Of(HtmlText text) => text.Done();

    public static Markup Each<T>(IEnumerable<T> items, Func<T, Markup> one)
    {
        var all = new StringBuilder();
        foreach (var item in items) all.Append(one(item).Text);
        return new(all.ToString());
    }
}

[InterpolatedStringHandler]
internal readonly struct HtmlText(int literalLength, int formattedCount)
{
    readonly StringBuilder text = new(literalLength + formattedCount * 24);

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(Markup markup) => text.Append(markup.Text);

    public void AppendFormatted<T>(T value) => text.Append(WebUtility.HtmlEncode(Convert.ToString(value, CultureInfo.InvariantCulture)));

    public void AppendFormatted<T>(T value, string format) where T : IFormattable =>
        text.Append(WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)));

    public Markup Done() => new(text.ToString());
}
