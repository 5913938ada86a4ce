using System.Globalization;
using System.Text;

namespace EstoSpaces.Payments.Documents;

/// <summary>
/// An invoice as a PDF 1.4 of one page, with the fonts that every reader has (no PDF library is in the package feed; QuestPDF would replace it). Text is WinAnsi:
/// letters outside of it lose their accents.
/// </summary>
public static class InvoicePdf
{
    private const int Left = 64;
    private const int Right = 531;

    public static byte[] Write(InvoicePaper paper)
    {
        var page = new StringBuilder();
        var y = 770;
        Put(page, paper.Title, Left, y, 20, bold: true);
        Put(page, paper.Issuer, Left, y -= 24, 10);
        y -= 20;
        foreach (var (label, value) in paper.Facts)
        {
            Put(page, label, Left, y -= 18, 10);
            Put(page, Shorten(value, 70), Left + 100, y, 10);
        }
        y -= 24;
        foreach (var (label, amount) in paper.Lines)
        {
            Put(page, Shorten(label, 70), Left, y -= 20, 10);
            PutRight(page, amount, y, 10);
            Rule(page, y - 6);
        }
        y -= 8;
        Put(page, paper.Total.Label, Left, y -= 22, 12, bold: true);
        PutRight(page, paper.Total.Amount, y, 12, bold: true);
        return Assemble(page.ToString());
    }

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static void Put(StringBuilder page, string text, double x, int y, int size, bool bold = false) =>
        page.Append(CultureInfo.InvariantCulture, $"BT /{(bold ? "F2" : "F1")} {size} Tf {x:0.##} {y} Td ({Escape(text)}) Tj ET\n");

    private static void PutRight(StringBuilder page, string text, int y, int size, bool bold = false) => Put(page, text, Right - Width(text) * size / 1000.0, y, size, bold);

    private static void Rule(StringBuilder page, int y) => page.Append(CultureInfo.InvariantCulture, $"0.85 G {Left} {y} m {Right} {y} l S 0 G\n");

    /// <summary>Widths of Helvetica for what amounts consist of; they decide where the right edge is.</summary>
    private static int Width(string text) => text.Sum(c => c switch { '.' or ',' or ' ' or '\u00a0' or '\u202f' or '’' => 278, '-' => 333, >= '0' and <= '9' => 556, _ => 690 });

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text) escaped.Append(c is '(' or ')' or '\\' ? "\\" + c : c.ToString());
        return escaped.ToString();
    }

    private static byte[] Assemble(string content)
    {
        var stream = Encode(content);
        byte[][] objects =
        [
            Encode("<< /Type /Catalog /Pages 2 0 R >>"), Encode("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
            Encode("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"),
            [.. Encode($"<< /Length {stream.Length} >>\nstream\n"), .. stream, .. Encode("\nendstream")],
            Encode("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
            Encode("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"),
        ];
        using var file = new MemoryStream();
        file.Write(Encode("%PDF-1.4\n"));
        var offsets = new List<long>();
        for (var i = 0; i < objects.Length; i++)
        {
            offsets.Add(file.Position);
            file.Write(Encode($"{i + 1} 0 obj\n"));
            file.Write(objects[i]);
            file.Write(Encode("\nendobj\n"));
        }
        var table = file.Position;
        file.Write(Encode($"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n"));
        foreach (var offset in offsets) file.Write(Encode(string.Create(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n")));
        file.Write(Encode($"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
        return file.ToArray();
    }

    /// <summary>WinAnsi, byte by byte: Latin-1 with a few signs in between.</summary>
    private static byte[] Encode(string text)
    {
        var bytes = new List<byte>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            bytes.Add(rune.Value switch
            {
                < 0x80 or (>= 0xA0 and <= 0xFF) => (byte)rune.Value,
                '€' => 0x80,
                '…' => 0x85,
                '‘' => 0x91,
                '’' => 0x92,
                '“' => 0x93,
                '”' => 0x94,
                '–' => 0x96,
                '—' => 0x97,
                '\u202f' => 0xA0,
                _ => rune.ToString().Normalize(NormalizationForm.FormD)[0] is var letter and < (char)0x80 ? (byte)letter : (byte)'?',
            });
        return [.. bytes];
    }
}
