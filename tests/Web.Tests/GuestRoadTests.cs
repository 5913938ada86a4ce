using System.Globalization;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace EstoSpaces.Web.Tests;

/// <summary>The guest's road by clicks and keys.</summary>
[Collection(BrowserCollection.Name)]
public sealed class GuestRoadTests(WithBrowser house)
{
    private const string Good = "4242424242424242", Declined = "4000000000000002", Challenged = "4000002760003184";

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_guest_searches_chooses_dates_by_keyboard_and_pays_with_the_second_card(int width, ColorScheme scheme)
    {
        await using var visit = await house.VisitAsync(width, scheme: scheme);
        var page = visit.Page;
        await visit.GoAsync("/");
        await visit.LooksRightAsync("home");
        await page.FillAsync("#big-place", "Lisbon");
        await page.PressAsync("#big-place", "Enter");
        await visit.ArrivesAsync("/search");
        var card = page.Locator($"[data-listing='{house.Home.Id}'] .title a");
        await card.WaitForAsync();
        await visit.LooksRightAsync("search");
        await card.ClickAsync();
        await visit.ArrivesAsync("/homes/");
        await visit.LooksRightAsync("listing");

        // Three adults and a dog.
        await page.Locator("#book-guests summary, .booking .guests > summary").First.ClickAsync();
        foreach (var (field, presses) in new[] { ("adults", 2), ("pets", 1) })
            for (var i = 0; i < presses; i++) await page.Locator($".booking .stepper:has([name={field}]) button").Last.ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        var dates = house.NextWeek();
        await ChooseByKeysAsync(page, dates.CheckIn);
        await visit.SeesAsync("€1,031.01");
        page.Url.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"check_in={dates.CheckIn:yyyy-MM-dd}&check_out={dates.CheckOut:yyyy-MM-dd}"));
        await visit.LooksRightAsync("listing-priced");
        await page.GetByRole(AriaRole.Button, new() { Name = "Book", Exact = true }).ClickAsync();
        await visit.ArrivesAsync("/book");

        await visit.SignUpAsync();
        await visit.ArrivesAsync("/book");
        await page.FillAsync("textarea[name=message]", "We arrive at about six.");
        await visit.LooksRightAsync("review");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Hold these nights and pay" }).ClickAsync();
        await visit.ArrivesAsync("/checkout/");

        await visit.PaysAsync(Declined);
        await visit.SeesAsync("The card was declined. No money moved. Try another card.");
        await visit.LooksRightAsync("declined");
        (await page.Locator("[data-card-pay]").InnerTextAsync()).Trim().ShouldBe("Pay €1,031.01");
        await visit.PaysAsync(Good);
        await visit.ArrivesAsync("/trips/.*new=1");
        await visit.SeesAsync("You're going to Lisbon");
        await visit.SeesAsync("Rua das Flores 12, 1100-000 Lisbon, Portugal");
        await visit.LooksRightAsync("confirmed");
        await visit.GoAsync("/trips");
        await visit.SeesAsync("Courtyard house with olive trees");
        await visit.LooksRightAsync("trips");
    }

    [Fact]
    public async Task A_card_with_3D_Secure_is_confirmed_in_the_banks_dialog()
    {
        await using var visit = await house.VisitAsync();
        await visit.StandsAtPaymentAsync(house.NextWeek());
        await visit.PaysAsync(Challenged);
        await visit.Page.FrameLocator("dialog iframe").Locator("[value=complete]").ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
        await visit.SeesAsync("You're going to Lisbon");
    }

    [Fact]
    public async Task Failing_3D_Secure_says_that_no_money_moved()
    {
        await using var visit = await house.VisitAsync();
        await visit.StandsAtPaymentAsync(house.NextWeek());
        await visit.PaysAsync(Challenged);
        await visit.Page.FrameLocator("dialog iframe").Locator("[value=fail]").ClickAsync();
        await visit.SeesAsync("Your bank could not confirm that it is you. No money moved. Try again, or use another card.");
    }

    [Fact]
    public async Task Cancelling_shows_the_refund_before_it_happens()
    {
        await using var visit = await house.VisitAsync();
        await visit.StandsAtPaymentAsync(house.NextWeek());
        await visit.PaysAsync(Good);
        await visit.ArrivesAsync("/trips/.*new=1");
        await visit.Main.GetByRole(AriaRole.Link, new() { Name = "Cancel the booking" }).ClickAsync();
        await visit.ArrivesAsync("/cancel");
        await visit.SeesAsync("You get €1,031.01 back");
        await visit.LooksRightAsync("cancel");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Cancel and get €1,031.01 back" }).ClickAsync();
        await visit.ArrivesAsync("cancelled=1");
        await visit.SeesAsync("The booking is cancelled");
        await visit.LooksRightAsync("cancelled");
    }

    [Fact]
    public async Task Without_scripts_a_guest_pays_on_the_providers_page()
    {
        await using var visit = await house.VisitAsync(script: false);
        var page = visit.Page;
        var (checkIn, checkOut) = house.NextWeek();
        await visit.GoAsync($"/homes/{house.Home.Id}");
        await page.FillAsync("#book-dates-in", checkIn.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await page.FillAsync("#book-dates-out", checkOut.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "See the price" }).ClickAsync();
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Book", Exact = true }).ClickAsync();
        await visit.SignUpAsync();
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Hold these nights and pay" }).ClickAsync();
        await visit.ArrivesAsync("/checkout/");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Pay on the provider's own page" }).Last.ClickAsync();
        await visit.ArrivesAsync("/c/pay/");
        await page.Locator("[name=email]").FillAsync("ana@example.com");
        await page.Locator("[name=number]").FillAsync(Good);
        await page.Locator("[name=expiry]").FillAsync("12 / 34");
        await page.Locator("[name=cvc]").FillAsync("123");
        await page.Locator("[name=name]").FillAsync("Ana Duarte");
        await page.Locator("form button").First.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
        await visit.SeesAsync("You're going to Lisbon");
    }

    /// <summary>Opens the picker from the field, walks to the day with the arrows and takes seven nights.</summary>
    private static async Task ChooseByKeysAsync(IPage page, DateOnly checkIn)
    {
        await page.Locator(".booking .datebutton").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var day = page.Locator(".booking .picker [data-day]:focus");
        await day.WaitForAsync();
        var from = DateOnly.ParseExact((await day.GetAttributeAsync("data-day"))!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        for (var week = 0; week < (checkIn.DayNumber - from.DayNumber) / 7; week++) await page.Keyboard.PressAsync("ArrowDown");
        for (var left = 0; left < (checkIn.DayNumber - from.DayNumber) % 7; left++) await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Escape");
    }
}
