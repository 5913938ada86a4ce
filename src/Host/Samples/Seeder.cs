using System.Diagnostics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Host.Samples;

/// <summary>Brings the sample world into a running product through each module's own door, in the order in which the modules need it. Safe to repeat.</summary>
internal sealed class Seeder(ModuleContext context, Action<string> tell)
{
    private const int BatchSize = 250;
    private static readonly TimeSpan PicturePatience = TimeSpan.FromMinutes(1);
    private readonly ServiceTokens tokens = new(context);

    public async Task RunAsync(int seed, int listings, CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        var today = DateOnly.FromDateTime(context.Clock.GetUtcNow().UtcDateTime);
        var world = new SampleWorld(seed, listings, today, QuoteCalculator.FeesOf(context.Settings));
        tell($"Sample data: {listings} homes in {SampleCity.All.Count} towns…");

        // First of all: their sizes are made while the rest goes in.
        var owner = world.PersonId("host", 0);
        foreach (var files in Pictures().Chunk(12))
        {
            var pictures = files.Select(f => new SamplePicture(SampleWorld.PictureId(seed, Path.GetFileNameWithoutExtension(f)), owner, Path.GetFileName(f), File.ReadAllBytes(f))).ToList();
            await SendAsync("media", new SampleBatch { Pictures = pictures }, ct);
        }
        foreach (var accounts in world.Accounts().Chunk(BatchSize))
            await Task.WhenAll(SendAsync("auth", new SampleBatch { Accounts = accounts }, ct), SendAsync("users", new SampleBatch { Accounts = accounts }, ct));

        var homes = world.Listings().ToList();
        var urls = await AddressesAsync([.. homes.SelectMany(h => h.Images).Distinct()], ct);
        foreach (var batch in homes.Chunk(BatchSize)) await SendAsync("properties", new SampleBatch { Listings = batch }, ct);

        var stays = 0;
        foreach (var batch in homes.Select((home, i) => world.CalendarOf(home, i, id => urls.GetValueOrDefault(id))).Chunk(100))
        {
            var calendar = new SampleBatch { Bookings = [.. batch.SelectMany(b => b.Bookings)], Blocks = [.. batch.SelectMany(b => b.Blocks)] };
            stays += calendar.Bookings.Count;
            await Task.WhenAll(SendAsync("bookings", calendar, ct), SendAsync("payments", calendar with { Blocks = [] }, ct));
        }
        tell($"Sample data: {homes.Count} homes and {stays} bookings after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s; search follows within seconds.");
    }

    /// <summary>The pictures' addresses, after they are processed or a minute is over: a picture that becomes ready later is announced again by each of the hundreds of homes that show it.</summary>
    private async Task<Dictionary<MediaId, string?>> AddressesAsync(MediaId[] pictures, CancellationToken ct)
    {
        using var http = ClientOf("media");
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var known = await new MediaClient(http).GetManyAsync(pictures, ct);
            if (known.Refused) return [];
            if (known.Value.All(p => p.Status != MediaStatus.Processing) || Stopwatch.GetElapsedTime(began) > PicturePatience)
                return known.Value.ToDictionary(p => p.Id, p => p.Urls.GetValueOrDefault("640") ?? p.Urls.Values.FirstOrDefault());
            await tick.WaitForNextTickAsync(ct);
        }
    }

    private async Task SendAsync(string module, SampleBatch batch, CancellationToken ct)
    {
        if (!context.Addresses.ContainsKey(module)) return;
        using var http = ClientOf(module);
        Result<SampleOutcome> outcome;
        try { outcome = await http.TellAsync<SampleOutcome>("/internal/seed", batch, ct); }
        catch (HttpRequestException e) { throw new SettingsException($"{module} could not take the sample data: {e.Message}"); }
        if (outcome.Refused) throw new SettingsException($"{module} refused the sample data: {outcome.Refusal.Message}");
    }

    private HttpClient ClientOf(string module)
    {
        var http = new HttpClient { BaseAddress = context.AddressOf(module), Timeout = TimeSpan.FromMinutes(3) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", tokens.For(module));
        return http;
    }

    /// <summary>The renderings of homes that come with the product.</summary>
    private static IEnumerable<string> Pictures()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "photos");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.webp").Order(StringComparer.Ordinal) : throw new SettingsException($"The sample pictures are missing: {folder}");
    }
}
