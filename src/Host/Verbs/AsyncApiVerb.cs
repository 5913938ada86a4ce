using System.Text.Encodings.Web;
using System.Text.Json;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>asyncapi</c>: writes the document of all events; the one in docs/ is this output.</summary>
public static class AsyncApiVerb
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text() => AsyncApi.Document([.. Modules.All().Select(m => m.Facts)]).ToJsonString(Indented) + "\n";

    internal static int Print()
    {
        Console.Write(Text());
        return 0;
    }
}
