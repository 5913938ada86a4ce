using System.Diagnostics;
using System.Globalization;

namespace EstoSpaces.Start;

/// <summary>One start: seconds until all addresses answered 200, seconds of processor time used by then, and megabytes (proportional set size) three seconds later, of the .NET processes alone.</summary>
internal sealed record Measured(double Seconds, double Processor, double Megabytes, int Processes)
{
    private const int TicksPerSecond = 100; // USER_HZ of every Linux that .NET runs on
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Starts <c>dotnet</c> with the arguments, waits, measures, and stops it as a person would. Linux only: the figures are those of /proc.</summary>
    public static async Task<Measured> RunAsync(string[] arguments, Dictionary<string, string> environment, string[] addresses)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var said = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await Task.WhenAll(addresses.Select(a => AnswersAsync(a, process)));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var processor = Family(process.Id).Sum(ProcessorSeconds);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var family = Family(process.Id);
        var megabytes = family.Sum(MegabytesOf);
        using (var stop = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        await process.WaitForExitAsync();
        _ = (await said.Item1, await said.Item2);
        return new Measured(seconds, processor, megabytes, family.Count);
    }

    private static async Task AnswersAsync(string address, Process process)
    {
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"the program ended with {process.ExitCode} before {address} answered");
            try
            {
                using var answer = await Http.GetAsync(address);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { /* not there yet */ }
            await Task.Delay(10);
        }
    }

    /// <summary>The process and its descendants that are .NET's.</summary>
    private static List<int> Family(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(id) is { } stat) parents[id] = int.Parse(stat[1], CultureInfo.InvariantCulture);
        return [.. parents.Keys.Where(id => Descends(id) && NameOf(id) == "dotnet")];

        bool Descends(int id) => id == root || parents.TryGetValue(id, out var parent) && parent > 1 && Descends(parent);
    }

    private static double ProcessorSeconds(int id) => Stat(id) is { } stat ? (double.Parse(stat[11], CultureInfo.InvariantCulture) + double.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond : 0;

    /// <summary>The fields of /proc/id/stat from the third (state) on; null when the process is gone.</summary>
    private static string[]? Stat(int id) => Read($"/proc/{id}/stat") is { } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static string? NameOf(int id) => Read($"/proc/{id}/comm")?.Trim();

    private static double MegabytesOf(int id) =>
        Read($"/proc/{id}/smaps_rollup")?.Split('\n').FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[4..^2].Trim(), CultureInfo.InvariantCulture) / 1024 : 0;

    private static string? Read(string path)
    {
        try { return File.ReadAllText(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return null; }
    }
}
