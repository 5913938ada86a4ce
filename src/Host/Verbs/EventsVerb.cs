using System.Globalization;
using System.Text.Json;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>events</c>: what failed so often that nobody tries it any more, and putting it back; <c>replay</c>: publishing facts again.</summary>
internal static class EventsVerb
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (words, modules, _) = Read(arguments, []);
        await using var databases = await RunningDatabases.OpenAsync(modules, CancellationToken.None);
        var parked = new List<ParkedEvent>();
        foreach (var (module, source) in databases.All) parked.AddRange(await ParkedEvents.ListAsync(source, module.Name, CancellationToken.None));
        switch (words)
        {
            case []:
                foreach (var one in parked) Console.WriteLine($"{one.Id}  {one.Module,-14} {one.Door,-8} {one.ParkedAt:yyyy-MM-dd HH:mm}  {one.Attempts,3} attempts  {one.Type}  {one.Subject}  {one.Error.Split('\n')[0]}");
                Console.WriteLine(parked.Count == 0 ? "Nothing is parked." : $"{parked.Count} parked. `estospaces events show ID` shows one, `estospaces events retry ID` or `--all` puts it back.");
                return 0;
            case ["show", var id]:
                foreach (var one in Of(id))
                {
                    Console.WriteLine($"{one.Type} of {one.Subject}, parked by {one.Module} ({one.Door}) at {one.ParkedAt:u} after {one.Attempts} attempts");
                    Console.WriteLine(JsonSerializer.Serialize(JsonDocument.Parse(one.Content).RootElement, Indented));
                    Console.WriteLine(one.Error);
                }
                return 0;
            case ["retry", var which]:
                foreach (var one in which == "--all" ? parked : Of(which))
                {
                    var back = await ParkedEvents.PutBackAsync(databases.All.Single(d => d.Module.Name == one.Module).Source, one, CancellationToken.None);
                    Console.WriteLine($"{one.Id}  {one.Module}  {one.Type}: {(back ? "put back" : "gone, or replaced by a newer one")}");
                }
                return 0;
            default:
                return Usage.Print(2, "events takes: nothing, show ID, retry ID or retry --all; and --module a,b");
        }

        List<ParkedEvent> Of(string id) => parked.Where(p => p.Id.ToString() == id).ToList() is { Count: > 0 } found ? found : throw new SettingsException($"Nothing with the id {id} is parked.");
    }

    /// <summary><c>replay --from 2026-11-20T10:00:00Z|24h [--to …] [--module a,b] [--type t]</c>.</summary>
    public static async Task<int> ReplayAsync(string[] arguments)
    {
        var (words, modules, options) = Read(arguments, ["--from", "--to", "--type"]);
        if (words.Length > 0 || !options.TryGetValue("--from", out var from)) return Usage.Print(2, "replay takes --from TIME, and may take --to TIME, --module a,b and --type t. TIME: 2026-11-20T10:00:00Z, or 24h for 24 hours ago");
        var (since, until) = (Time(from), options.TryGetValue("--to", out var to) ? Time(to) : DateTimeOffset.MaxValue);
        await using var databases = await RunningDatabases.OpenAsync(modules, CancellationToken.None);
        foreach (var (module, source) in databases.All)
        {
            var rows = await ParkedEvents.ReplayAsync(source, since, until, options.GetValueOrDefault("--type"), CancellationToken.None);
            Console.WriteLine($"{module.Name,-14} {rows,8} facts are published again");
        }
        return 0;
    }

    private static DateTimeOffset Time(string text) =>
        SettingsCatalog.ParseSpan(text) is { } ago ? DateTimeOffset.UtcNow - ago
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : throw new SettingsException($"'{text}' is no time: write 2026-11-20T10:00:00Z, or 24h for 24 hours ago");

    private static (string[] Words, string? Modules, Dictionary<string, string> Options) Read(string[] arguments, string[] known)
    {
        var words = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Length; i++)
            if (arguments[i] != "--module" && !known.Contains(arguments[i])) words.Add(arguments[i]);
            else if (i + 1 < arguments.Length) options[arguments[i]] = arguments[++i];
            else throw new SettingsException($"{arguments[i]} needs a value");
        return ([.. words], options.GetValueOrDefault("--module"), options);
    }
}
