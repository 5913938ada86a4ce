using EstoSpaces.Contracts;

namespace EstoSpaces.Web.Text;

public static class PlainWords
{
    /// <summary>A refusal in the words of the page's language; a code without words of its own says what the service said.</summary>
    public static string Plain(this Words words, Refusal refusal) => words.Or($"refusal.{refusal.Code}", refusal.Message.Length > 0 ? refusal.Message : words["refusal.internal_error"]);
}
