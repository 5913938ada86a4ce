using System.Globalization;
using EstoSpaces.Host.Samples;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>seed [--listings N]</c>: sample data into a running product.</summary>
internal static class SeedVerb
{
    public const int DefaultListings = 2_000;
    private static readonly ModuleFacts Self = new("seed", "estospaces-seed", 1);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var listings = arguments switch
        {
            [] => DefaultListings,
            ["--listings", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is > 0 and <= 1_000_000 => n,
            _ => throw new SettingsException("seed takes --listings and a number from 1 to 1,000,000"),
        };
        var settings = RunVerb.Environment();
        if (settings.IsProduction) throw new SettingsException("Sample data never goes into production.");
        using var loggers = Loggers.Create(settings);
        await using var topology = await Topology.ChooseAsync(settings, [], Modules.All(), loggers, CancellationToken.None);
        await new Seeder(topology.ContextOf(Self), Console.WriteLine).RunAsync(settings.Int("SAMPLE_SEED"), listings, CancellationToken.None);
        return 0;
    }

    /// <summary>Seeds a product that has not been seeded before; a note in the data folder remembers it.</summary>
    public static async Task OnceAsync(Topology topology, CancellationToken ct)
    {
        var settings = topology.Settings;
        var note = Path.Combine(topology.DataDirectory, "sample");
        var wanted = $"{settings["SAMPLE_SEED"]} {DefaultListings}";
        if (File.Exists(note) && await File.ReadAllTextAsync(note, ct) == wanted) return;
        try
        {
            await new Seeder(topology.ContextOf(Self), Console.WriteLine).RunAsync(settings.Int("SAMPLE_SEED"), DefaultListings, ct);
            await File.WriteAllTextAsync(note, wanted, ct);
        }
        catch (SettingsException e) { Console.Error.WriteLine($"{e.Message}. The product runs without it; `estospaces doctor` says what is missing."); }
    }
}
