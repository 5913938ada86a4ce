using System.Net.Http.Headers;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Microsoft.Playwright;
using Xunit;

namespace EstoSpaces.Web.Tests;

/// <summary>All tests of the pages share one product, one browser and one host with homes that have pictures; each books nights of its own.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserCollection : ICollectionFixture<WithBrowser>
{
    public const string Name = "browser";
}

/// <summary>The product with a browser before it.</summary>
public sealed class WithBrowser : IAsyncLifetime
{
    private static readonly string[] Pictures = ["exterior-courtyard-01", "living-02", "bedroom-02", "kitchen-02", "terrace-03"];
    private static readonly string[] Chromiums = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? playwright;
    private IBrowser? browser;
    private int nextWeek;

    public TestProduct Product { get; private set; } = null!;
    /// <summary>A home whose host takes ether.</summary>
    public PropertyView Home { get; private set; } = null!;

    /// <summary>A home whose host has named no wallet.</summary>
    public PropertyView CardOnly { get; private set; } = null!;

    /// <summary>The host of <see cref="Home"/>.</summary>
    public Person Host { get; private set; } = null!;
    public string Web => Product.Product.AddressOf("web").ToString().TrimEnd('/');

    public async Task InitializeAsync()
    {
        Product = await TestProduct.SharedAsync();
        Host = await Product.NewHostAsync("Rui Martins");
        Home = await PublishHomeAsync(Host, "Courtyard house with olive trees", "Rua das Flores 12", 38.7139);
        await Product.TakesEtherAsync(Host);
        CardOnly = await PublishHomeAsync(await Product.NewHostAsync("Ines Ferreira"), "Attic above the square", "Rua da Palma 3", 38.7203);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Chromiums.FirstOrDefault(File.Exists),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>A visitor with a clean browser.</summary>
    public async Task<Visit> VisitAsync(int width = 1280, bool script = true, ColorScheme scheme = ColorScheme.Light, string locale = "en-GB")
    {
        var context = await browser!.NewContextAsync(new()
        {
            BaseURL = Web, ViewportSize = new() { Width = width, Height = width < 600 ? 844 : 900 }, JavaScriptEnabled = script, ColorScheme = scheme, Locale = locale, ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(20_000);
        return new Visit(context, await context.NewPageAsync(), this, script, $"{width}{(scheme == ColorScheme.Dark ? "-dark" : "")}");
    }

    /// <summary>Friday to Friday, far enough ahead that every tier of the refund lies in the future; no two tests get the same.</summary>
    public (DateOnly CheckIn, DateOnly CheckOut) NextWeek()
    {
        var today = DateOnly.FromDateTime(Product.Now.UtcDateTime);
        var friday = today.AddDays(60 + ((int)DayOfWeek.Friday - (int)today.AddDays(60).DayOfWeek + 7) % 7);
        var checkIn = friday.AddDays(7 * Interlocked.Increment(ref nextWeek));
        return (checkIn, checkIn.AddDays(7));
    }

    public string BookPath((DateOnly CheckIn, DateOnly CheckOut) dates) => $"/homes/{Home.Id}/book?check_in={dates.CheckIn:yyyy-MM-dd}&check_out={dates.CheckOut:yyyy-MM-dd}&adults=3&pets=1";

    private async Task<PropertyView> PublishHomeAsync(Person host, string title, string street, double latitude)
    {
        // The worked example of the price: 1,031.01 for seven nights from a Friday, three adults and a dog.
        var home = await host.Api.PostAsync("/api/v1/properties", new
        {
            title, type = "courtyard", description = "Two rooms around a quiet courtyard, five minutes on foot from the tram.", bedrooms = 2, beds = 3, bathrooms = 1,
            amenities = new[] { "wifi", "kitchen", "washer", "garden", "terrace", "pets_welcome" },
            location = new { street, postal_code = "1100-000", city = "Lisbon", country_code = "PT", latitude, longitude = -9.1290 },
            price = new
            {
                currency = "EUR", base_night_minor = 10000, weekend_night_minor = 13000, weekly_discount_bps = 1000, cleaning_fee_minor = 6000, included_guests = 2, extra_guest_fee_minor = 1500, pet_fee_minor = 2500,
                taxes = new[] { new { name = "City tax", kind = "per_guest_night", amount_minor = 165 } },
            },
            rules = new { max_guests = 4, min_nights = 2, max_nights = 28, pets_allowed = true, instant_book = true, cancellation_policy = "firm", house_rules = "Quiet after ten." },
        }).ReadAsync<PropertyView>(201);
        foreach (var name in Pictures)
        {
            using var form = new MultipartFormDataContent { { new StringContent("listing"), "purpose" } };
            var file = new ByteArrayContent(await File.ReadAllBytesAsync(Tree.Find("assets", "photos", $"{name}.webp")));
            file.Headers.ContentType = new MediaTypeHeaderValue("image/webp");
            form.Add(file, "file", $"{name}.webp");
            var picture = await host.Api.PostAsync("/api/v1/media/upload", form).ReadAsync<MediaView>(201);
            await Until.HoldsAsync(async () =>
            {
                using var added = await Http.PostAsync(host.Api, $"/api/v1/properties/{home.Id}/images", new { media_id = picture.Id });
                return added.IsSuccessStatusCode;
            }, "the picture is ready");
        }
        var published = await Http.PostAsync(host.Api, $"/api/v1/properties/{home.Id}/publish", new { }).ReadAsync<PropertyView>();
        await Until.HoldsAsync(async () => (await Product.Api.GetAsync("/api/v1/search?q=Lisbon").ReadAsync()).GetProperty("total").GetInt32() > 0, "search knows the home");
        return published;
    }
}

/// <summary>Files of the source tree.</summary>
public static class Tree
{
    public static string Find(params string[] parts)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine([at.FullName, .. parts]) is var path && File.Exists(path)) return path;
        throw new FileNotFoundException(Path.Combine(parts));
    }

    public static string Folder(params string[] parts)
    {
        var root = Path.GetDirectoryName(Find("EstoSpaces.slnx"))!;
        return Directory.CreateDirectory(Path.Combine([root, .. parts])).FullName;
    }
}
