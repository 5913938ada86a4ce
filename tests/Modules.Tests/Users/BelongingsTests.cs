using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Users;

public sealed class BelongingsTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;
    private static readonly object Home = new { label = "Home", line1 = "12 rue Oberkampf", city = "Paris", postal_code = "75011", country_code = "fr" };

    [Fact]
    public async Task Preferences_have_defaults_and_keep_what_is_set()
    {
        var person = await product.NewGuestAsync();
        using var read = await person.Api.GetAsync("/api/v1/users/preferences");
        (await Task.FromResult(read).ReadAsync()).GetProperty("currency").GetString().ShouldBe("EUR");
        await person.Api.SendJsonAsync(HttpMethod.Put, "/api/v1/users/preferences", new { currency = "GBP", time_zone = "Europe/London", theme = "dark" }, ifMatch: read.Headers.ETag!.ToString()).ShouldBeAsync(200);
        var kept = await person.Api.GetAsync("/api/v1/users/preferences").ReadAsync();
        (kept.GetProperty("currency").GetString(), kept.GetProperty("theme").GetString(), kept.GetProperty("time_zone").GetString()).ShouldBe(("GBP", "dark", "Europe/London"));
        await person.Api.SendJsonAsync(HttpMethod.Put, "/api/v1/users/preferences", new { currency = "EUR" }, ifMatch: "\"0\"").ShouldRefuseAsync(412, "edited_meanwhile");
        await product.Api.GetAsync("/api/v1/users/preferences").ShouldRefuseAsync(401, "authentication_required");
    }

    [Theory]
    [InlineData("""{"currency":"DOGE"}""", "invalid_currency", "currency")]
    [InlineData("""{"time_zone":"Moon/Crater"}""", "invalid_time_zone", "time_zone")]
    [InlineData("""{"time_zone":"../../etc/passwd"}""", "invalid_time_zone", "time_zone")]
    [InlineData("""{"units":"cubits"}""", "invalid_units", "units")]
    [InlineData("""{"theme":{}}""", "invalid_json", "theme")]
    public async Task Bad_preferences_are_refused(string body, string code, string param)
    {
        var person = await product.NewGuestAsync();
        await person.Api.PutAsync("/api/v1/users/preferences", body).ShouldRefuseAsync(400, code, param);
    }

    [Fact]
    public async Task Addresses_are_kept_changed_and_deleted_and_one_is_the_default()
    {
        var person = await product.NewGuestAsync();
        using var created = await person.Api.PostAsync("/api/v1/users/addresses", Home);
        var first = await Task.FromResult(created).ReadAsync(201);
        var path = created.Headers.Location!.ToString();
        (first.GetProperty("is_default").GetBoolean(), first.GetProperty("country_code").GetString()).ShouldBe((true, "FR"));
        var second = await person.Api.PostAsync("/api/v1/users/addresses", new { line1 = "1 Main St", city = "Boston", country_code = "US", is_default = true }).ReadAsync(201);
        second.GetProperty("is_default").GetBoolean().ShouldBeTrue();
        (await person.Api.GetAsync(path).ReadAsync()).GetProperty("is_default").GetBoolean().ShouldBeFalse();
        (await person.Api.PutAsync(path, new { line1 = "13 rue Oberkampf", city = "Paris", country_code = "FR" }).ReadAsync()).GetProperty("line1").GetString().ShouldBe("13 rue Oberkampf");
        await person.Api.SendJsonAsync(HttpMethod.Put, path, Home, ifMatch: "\"1\"").ShouldRefuseAsync(412, "edited_meanwhile");
        await person.Api.DeleteAsync($"/api/v1/users/addresses/{second.GetProperty("id").GetString()}").ShouldBeAsync(204);
        (await person.Api.GetAsync("/api/v1/users/addresses").ReadAsync()).GetProperty("data").EnumerateArray().Single().GetProperty("is_default").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Addresses_of_others_are_as_good_as_not_there()
    {
        var (person, other) = (await product.NewGuestAsync(), await product.NewGuestAsync());
        var path = $"/api/v1/users/addresses/{(await person.Api.PostAsync("/api/v1/users/addresses", Home).ReadAsync(201)).GetProperty("id").GetString()}";
        await other.Api.GetAsync(path).ShouldRefuseAsync(404, "address_not_found");
        await other.Api.PutAsync(path, Home).ShouldRefuseAsync(404, "address_not_found");
        await other.Api.DeleteAsync(path).ShouldRefuseAsync(404, "address_not_found");
        await product.Api.GetAsync(path).ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task Nobody_keeps_more_than_twenty_addresses_even_at_once()
    {
        var person = await product.NewGuestAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 23).Select(async _ => (int)(await person.Api.PostAsync("/api/v1/users/addresses", Home)).StatusCode));
        answers.Count(a => a == 201).ShouldBe(20);
        answers.Count(a => a == 409).ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"city":"Paris","country_code":"FR"}""", "field_required", "line1")]
    [InlineData("""{"line1":"x","country_code":"FR"}""", "field_required", "city")]
    [InlineData("""{"line1":"x","city":"y"}""", "field_required", "country_code")]
    [InlineData("""{"line1":"x","city":"y","country_code":"XX"}""", "invalid_country", "country_code")]
    [InlineData("""{"line1":"x\u0000","city":"y","country_code":"FR"}""", "invalid_text", "line1")]
    [InlineData("""{"line1":"x","city":"y","country_code":"FR","is_default":"yes"}""", "invalid_json", "is_default")]
    public async Task Bad_addresses_are_refused(string body, string code, string param)
    {
        var person = await product.NewGuestAsync();
        await person.Api.PostAsync("/api/v1/users/addresses", body).ShouldRefuseAsync(400, code, param);
    }
}
