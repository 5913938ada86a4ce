using System.Text.Encodings.Web;
using System.Text.Json;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>modules</c>: the table of what there is, for people; <c>modules --json</c> for programs, such as the one that writes the Kubernetes manifests.</summary>
internal static class ModulesVerb
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<ModuleFacts> All => Modules.All().Select(m => m.Facts).OrderBy(f => f.Port);

    public static int Print()
    {
        foreach (var facts in All)
        {
            Console.WriteLine($"{facts.Name,-14} {facts.Service,-21} {facts.Port,5}  {facts.Database}");
            if (facts.Serves.Count > 0) Console.WriteLine($"{"",-14}   serves  {string.Join("  ", facts.Serves)}");
            if (facts.Calls.Count > 0) Console.WriteLine($"{"",-14}   asks    {string.Join("  ", facts.Calls.Select(c => c.Module))}");
            if (facts.Hears.Count > 0) Console.WriteLine($"{"",-14}   hears   {string.Join("  ", facts.Hears.Select(h => h.Type))}");
            if (facts.Timers.Count > 0) Console.WriteLine($"{"",-14}   timers  {string.Join("  ", facts.Timers.Select(t => t.Name))}");
        }
        return 0;
    }

    public static int PrintJson()
    {
        Console.WriteLine(JsonSerializer.Serialize(All.Select(f => new
        {
            f.Name, f.Service, f.Port, f.Database, f.VariablePrefix, f.DevelopmentOnly, f.MaxBodyBytes, f.Serves,
            Calls = f.Calls.Select(c => c.Module).Distinct().Order(StringComparer.Ordinal),
            Hears = f.Hears.Select(h => h.Type).Distinct().Order(StringComparer.Ordinal),
        }), Json));
        return 0;
    }
}
