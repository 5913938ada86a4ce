using System.Text.RegularExpressions;
using EstoSpaces.Testing;
using Microsoft.Playwright;
using Shouldly;

namespace EstoSpaces.Web.Tests;

/// <summary>One visitor in his browser, and what he does more than once.</summary>
public sealed class Visit(IBrowserContext context, IPage page, WithBrowser house, bool script, string name) : IAsyncDisposable
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Tree.Find("node_modules", "axe-core", "axe.min.js")));

    public IPage Page => page;
    public ILocator Main => page.Locator("main");

    public Task GoAsync(string path) => page.GotoAsync(path);

    public Task ArrivesAsync(string pattern) => page.WaitForURLAsync(new Regex(pattern));

    public Task SeesAsync(string text) => Main.GetByText(text).First.WaitForAsync();

    /// <summary>No violation of the rules that axe-core knows. A picture goes to docs/pictures when PICTURES is set.</summary>
    public async Task LooksRightAsync(string called)
    {
        if (Environment.GetEnvironmentVariable("PICTURES") is { Length: > 0 })
            await page.ScreenshotAsync(new() { Path = Path.Combine(Tree.Folder("docs", "pictures"), $"{called}-{name}.png") });
        if (!script) return;
        await page.EvaluateAsync(Axe.Value);
        var found = await page.EvaluateAsync<string[]>("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | '))");
        found.ShouldBeEmpty($"{called} at {page.Url}");
        var (wide, seen) = (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), await page.EvaluateAsync<int>("document.documentElement.clientWidth"));
        wide.ShouldBeLessThanOrEqualTo(seen, $"{called} scrolls sideways");
    }

    /// <summary>Signs up on the page that asked for it and comes back.</summary>
    public async Task SignUpAsync()
    {
        await Main.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await page.FillAsync("[name=name]", "Ana Duarte");
        await page.FillAsync("[name=email]", $"ana-{Guid.NewGuid():n}@example.com");
        await page.FillAsync("[name=password]", "correct horse battery");
        await Main.GetByRole(AriaRole.Button, new() { Name = "Create an account" }).ClickAsync();
    }

    /// <summary>A new guest holds the nights of a week and stands before the card form.</summary>
    public async Task StandsAtPaymentAsync((DateOnly, DateOnly) dates)
    {
        await GoAsync(house.BookPath(dates));
        await SignUpAsync();
        await ArrivesAsync("/book");
        await Main.GetByRole(AriaRole.Button, new() { Name = "Hold these nights and pay" }).ClickAsync();
        await ArrivesAsync("/checkout/");
    }

    /// <summary>Types a card into the provider's frame and presses the button.</summary>
    public async Task PaysAsync(string card)
    {
        var inputs = page.FrameLocator("[data-card] iframe").Locator("input");
        await inputs.Nth(0).FillAsync(card);
        await inputs.Nth(1).FillAsync("12/34");
        await inputs.Nth(2).FillAsync("123");
        await page.ClickAsync("[data-card-pay]");
    }

    /// <summary>A wallet of the test's in this browser; nobody knows it yet.</summary>
    public Task<FakeWallet> WithWalletAsync() => FakeWallet.MoveInAsync(page, house.Product);

    /// <summary>There is a demo wallet too: the page asks which one.</summary>
    public Task ChoosesWalletAsync() => page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = FakeWallet.Name }).ClickAsync();

    /// <summary>A new guest has chosen to pay from his wallet and has proven it: what remains is to send.</summary>
    public async Task<ILocator> StandsBeforeSendingAsync((DateOnly, DateOnly) dates)
    {
        await StandsAtPaymentAsync(dates);
        await Main.GetByRole(AriaRole.Link, new() { Name = "From an Ethereum wallet" }).ClickAsync();
        await Main.GetByRole(AriaRole.Button, new() { Name = FakeWallet.Name }).ClickAsync();
        await Main.GetByRole(AriaRole.Button, new() { Name = "Sign in my wallet" }).ClickAsync();
        var send = page.Locator("[data-do=send]");
        await send.WaitForAsync();
        return send;
    }

    public async Task SignsInAsync(Person person, string back)
    {
        await GoAsync($"/sign-in?return={back}");
        await page.FillAsync("[name=email]", person.Email);
        await page.FillAsync("[name=password]", person.Password);
        await Main.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(house.Web + back);
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();
}
