using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace EstoSpaces.Web.Tests;

/// <summary>Single pages: what they say when something is missing or wrong, in which language, and with which headers.</summary>
[Collection(BrowserCollection.Name)]
public sealed class PageTests(WithBrowser house)
{
    [Fact]
    public async Task Signing_up_says_what_is_wrong_next_to_the_field_and_keeps_what_was_typed()
    {
        await using var visit = await house.VisitAsync();
        await visit.GoAsync("/sign-up");
        await visit.LooksRightAsync("sign-up");
        var button = visit.Main.GetByRole(AriaRole.Button, new() { Name = "Create an account" });
        await button.ClickAsync();
        await visit.SeesAsync("Please fill this in.");
        (await visit.Page.EvaluateAsync<string>("document.activeElement.name")).ShouldBe("name");

        var email = $"twice-{Guid.NewGuid():n}@example.com";
        for (var time = 0; time < 2; time++)
        {
            await visit.GoAsync("/sign-up");
            await visit.Page.FillAsync("[name=name]", "Ana Duarte");
            await visit.Page.FillAsync("[name=email]", email);
            await visit.Page.FillAsync("[name=password]", "correct horse battery");
            await button.ClickAsync();
            if (time == 0)
            {
                await visit.Page.WaitForURLAsync(house.Web + "/");
                await visit.Page.Context.ClearCookiesAsync();
            }
        }
        await visit.SeesAsync("There is an account with this address already.");
        (await visit.Page.InputValueAsync("[name=email]")).ShouldBe(email);
        (await visit.Page.GetAttributeAsync("[name=email]", "aria-invalid")).ShouldBe("true");
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_signing_out_ends_the_session()
    {
        await using var visit = await house.VisitAsync();
        var person = await Testing.People.NewGuestAsync(house.Product, "Mei Tanaka");
        await visit.GoAsync("/sign-in?return=/trips");
        await visit.Page.FillAsync("[name=email]", person.Email);
        await visit.Page.FillAsync("[name=password]", "not this one");
        var button = visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true });
        await button.ClickAsync();
        await visit.SeesAsync("The address or the password is wrong.");
        await visit.Page.FillAsync("[name=password]", person.Password);
        await button.ClickAsync();
        await visit.Page.WaitForURLAsync(house.Web + "/trips");
        await visit.SeesAsync("No trips ahead");
        var cookie = (await visit.Page.Context.CookiesAsync()).Single(c => c.Name == "session");
        cookie.HttpOnly.ShouldBeTrue();
        cookie.Value.ShouldNotContain("eyJ", Case.Sensitive, "a token can be read in the cookie");

        await visit.Page.Locator(".account > summary").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await visit.Page.WaitForURLAsync(house.Web + "/");
        await visit.GoAsync("/trips");
        visit.Page.Url.ShouldContain("/sign-in");
    }

    [Fact]
    public async Task The_language_switch_turns_the_page_french_and_keeps_it_so()
    {
        await using var visit = await house.VisitAsync();
        await visit.GoAsync("/search?q=Lisbon");
        await visit.GoAsync("/");
        await visit.Page.Locator("footer").GetByRole(AriaRole.Button, new() { Name = "Français" }).ClickAsync();
        await visit.SeesAsync("Un chez-soi, où que vous alliez.");
        (await visit.Page.GetAttributeAsync("html", "lang")).ShouldBe("fr");
        await visit.LooksRightAsync("home-fr");
        await visit.GoAsync($"/homes/{house.Home.Id}");
        await visit.SeesAsync("Règles de la maison");
        await visit.LooksRightAsync("listing-fr");
    }

    [Theory]
    [InlineData("/nothing-here", 404)]
    [InlineData("/homes/01999999-0000-7000-8000-000000000000", 404)]
    [InlineData("/search?q=Nowhereatall", 200)]
    [InlineData("/forgot-password", 200)]
    [InlineData("/reset-password", 200)]
    [InlineData("/verify-email?token=nonsense", 200)]
    [InlineData("/sign-in", 200)]
    public async Task A_page_answers_its_status_and_passes_axe(string path, int status)
    {
        await using var visit = await house.VisitAsync(390);
        var answer = await visit.Page.GotoAsync(path);
        answer!.Status.ShouldBe(status);
        await visit.LooksRightAsync(path.Split('?')[0].Trim('/').Split('/')[0]);
    }

    [Fact]
    public async Task Only_the_checkout_may_load_the_card_providers_script()
    {
        using var http = house.Product.ClientOf("web");
        using var home = await http.GetAsync("/");
        using var checkout = await http.GetAsync("/checkout/01999999-0000-7000-8000-000000000000");
        var sandbox = house.Product.Product.AddressOf("sandbox").GetLeftPart(UriPartial.Authority);
        home.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'self'");
        home.Headers.GetValues("Content-Security-Policy").Single().ShouldNotContain(sandbox);
        checkout.Headers.GetValues("Content-Security-Policy").Single().ShouldContain($"script-src 'self' {sandbox}");
        home.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    [Fact]
    public async Task Anothers_trip_is_not_found_and_an_address_elsewhere_is_not_followed_after_signing_in()
    {
        await using var visit = await house.VisitAsync();
        var person = await Testing.People.NewGuestAsync(house.Product);
        await visit.GoAsync("/sign-in?return=https://evil.example/");
        await visit.Page.FillAsync("[name=email]", person.Email);
        await visit.Page.FillAsync("[name=password]", person.Password);
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await visit.Page.WaitForURLAsync(house.Web + "/");
        (await visit.Page.GotoAsync("/trips/01999999-0000-7000-8000-000000000000"))!.Status.ShouldBe(404);
    }
}
