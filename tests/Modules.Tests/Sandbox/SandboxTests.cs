using System.Diagnostics;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Sandbox;

public sealed class SandboxTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task The_official_client_of_the_card_network_walks_through_everything()
    {
        var script = Path.Combine(Root(), "tests", "clients", "stripe.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, product.Product.AddressOf("sandbox").ToString()]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (said, failed) = (node.StandardOutput.ReadToEndAsync(deadline.Token), node.StandardError.ReadToEndAsync(deadline.Token));
        await node.WaitForExitAsync(deadline.Token);
        node.ExitCode.ShouldBe(0, await failed);
        (await said).ShouldContain("walked through");
    }

    [Theory]
    [InlineData("/sandbox")]
    [InlineData("/sandbox/mailbox")]
    [InlineData("/sandbox/phone")]
    [InlineData("/sandbox/cards")]
    [InlineData("/sandbox/cards/webhooks")]
    [InlineData("/sandbox/clock")]
    public async Task Every_page_is_shown_without_script_of_strangers(string path)
    {
        using var http = product.ClientOf("sandbox");
        using var page = await http.GetAsync(path);
        page.EnsureSuccessStatusCode();
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        (await page.Content.ReadAsStringAsync()).ShouldContain("aria-current=\"page\"");
    }

    [Fact]
    public async Task The_payment_page_of_a_card_shows_its_road_and_hides_how_test_cards_work()
    {
        var cards = new CardNetwork(product);
        var declined = await cards.PayAsync("4000000000009995");
        var id = declined.Error.GetProperty("payment_intent").GetProperty("id").GetString();
        using var http = product.ClientOf("sandbox");
        var page = await http.GetStringAsync("/sandbox/cards/" + id);
        page.ShouldContain("Your card has insufficient funds.");
        page.ShouldNotContain("_sandbox&quot;");
        page.ShouldNotContain("4000000000009995");
    }

    [Fact]
    public async Task The_clock_moves_and_comes_back()
    {
        using var http = product.ClientOf("sandbox");
        var before = product.Now;
        await http.PostAsync("/sandbox/clock", new { advance = "14.00:00:00" }).ShouldBeAsync(200);
        (product.Now - before).ShouldBeGreaterThan(TimeSpan.FromDays(14));
        var target = new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);
        (await http.PostAsync("/sandbox/clock", new { set = "2030-01-02T03:04:05Z" }).ReadAsync()).GetProperty("now").GetDateTimeOffset().ShouldBe(target, TimeSpan.FromSeconds(5));
        await http.PostAsync("/sandbox/clock", new { advance = "soon" }).ShouldBeAsync(400);
        await http.PostAsync("/sandbox/clock", new { reset = true }).ShouldBeAsync(200);
        product.Clock.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Another_sites_page_can_press_nothing()
    {
        using var http = product.ClientOf("sandbox");
        http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");
        await http.PostAsync("/sandbox/clock", new { advance = "1.00:00:00" }).ShouldBeAsync(403);
    }

    [Fact]
    public async Task Production_never_runs_the_sandbox()
    {
        var refused = await Should.ThrowAsync<SettingsException>(() => TestProduct.StartAsync(("ENVIRONMENT", "production")));
        refused.Message.ShouldContain("sandbox never runs");
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "EstoSpaces.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("the repository's root");
        return folder;
    }
}
