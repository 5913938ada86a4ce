using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Users;

public sealed class ProfileTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task A_profile_is_there_right_after_registering_and_learns_the_name()
    {
        var person = await product.NewGuestAsync("Ada Lovelace King");
        var first = await person.Api.GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>();
        first.Id.ShouldBe(person.Id);
        first.Email.ShouldBe(person.Email);
        var named = await Until.HoldsAsync(() => person.Api.GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>(), p => p.FirstName is not null, "the name arrives");
        (named.FirstName, named.LastName).ShouldBe(("Ada", "Lovelace King"));
    }

    [Fact]
    public async Task A_change_keeps_what_was_left_out_and_clears_what_is_null()
    {
        var person = await product.NewGuestAsync();
        var changed = await person.Api.PutAsync("/api/v1/users/profile", """{"first_name":" Zoë ","phone":"+33 (0)6","bio":"Hi\nthere"}""").ShouldRefuseAsync(400, "invalid_phone", "phone");
        changed.GetProperty("status").GetInt32().ShouldBe(400);
        var one = await person.Api.PutAsync("/api/v1/users/profile", """{"first_name":" Zoë ","phone":"+33 6 12 34 56 78","bio":"Hi\nthere","country":"fr","language":"fr","date_of_birth":"1990-05-06"}""").ReadAsync<ProfileView>();
        (one.FirstName, one.Phone, one.Bio, one.Country, one.Language, one.DateOfBirth).ShouldBe(("Zoë", "+33612345678", "Hi\nthere", "FR", "fr", new DateOnly(1990, 5, 6)));
        var two = await person.Api.PutAsync("/api/v1/users/profile", """{"bio":null,"date_of_birth":null}""").ReadAsync<ProfileView>();
        (two.FirstName, two.Bio, two.DateOfBirth).ShouldBe(("Zoë", null, null));
    }

    [Fact]
    public async Task A_change_against_an_older_version_is_refused()
    {
        var person = await product.NewGuestAsync("Ann");
        await Until.HoldsAsync(() => person.Api.GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>(), p => p.FirstName == "Ann", "the name arrives");
        using var read = await person.Api.GetAsync("/api/v1/users/profile");
        var tag = read.Headers.ETag!.ToString();
        await person.Api.SendJsonAsync(HttpMethod.Put, "/api/v1/users/profile", new { first_name = "Anna" }, ifMatch: tag).ShouldBeAsync(200);
        await person.Api.SendJsonAsync(HttpMethod.Put, "/api/v1/users/profile", new { first_name = "Anne" }, ifMatch: tag).ShouldRefuseAsync(412, "edited_meanwhile");
    }

    [Theory]
    [InlineData("""{"first_name":"A\u0000"}""", "invalid_text", "first_name")]
    [InlineData("""{"display_name":"a\nb"}""", "invalid_text", "display_name")]
    [InlineData("""{"country":"Narnia"}""", "invalid_country", "country")]
    [InlineData("""{"language":"f"}""", "invalid_language", "language")]
    [InlineData("""{"date_of_birth":"0001-01-01"}""", "invalid_date_of_birth", "date_of_birth")]
    [InlineData("""{"date_of_birth":"2199-01-01"}""", "too_young", "date_of_birth")]
    [InlineData("""{"date_of_birth":"yesterday"}""", "invalid_json", "date_of_birth")]
    [InlineData("""{"avatar_id":"x"}""", "invalid_json", "avatar_id")]
    [InlineData("""{"bio":7}""", "invalid_json", "bio")]
    [InlineData("nonsense", "invalid_json", null)]
    public async Task Bad_changes_answer_400_and_name_the_field(string body, string code, string? param)
    {
        var person = await product.NewGuestAsync();
        await person.Api.PutAsync("/api/v1/users/profile", new StringContent(body, Encoding.UTF8, "application/json")).ShouldRefuseAsync(400, code, param);
    }

    [Fact]
    public async Task Too_long_a_bio_is_refused()
    {
        var person = await product.NewGuestAsync();
        await person.Api.PutAsync("/api/v1/users/profile", new { bio = new string('x', 2001) }).ShouldRefuseAsync(400, "field_length", "bio");
    }

    [Fact]
    public async Task Strangers_see_the_public_profile_and_change_nothing()
    {
        var (person, other) = (await product.NewGuestAsync(), await product.NewGuestAsync());
        await person.Api.PutAsync("/api/v1/users/profile", new { first_name = "Ida", last_name = "Secret", phone = "+4915112345678", bio = "I like trains." }).ShouldBeAsync(200);
        foreach (var stranger in new[] { product.Api, other.Api })
        {
            var seen = await stranger.GetAsync($"/api/v1/users/{person.Id}").ReadAsync();
            seen.GetProperty("display_name").GetString().ShouldBe("Ida");
            seen.GetProperty("bio").GetString().ShouldBe("I like trains.");
            seen.EnumerateObject().Select(p => p.Name).ShouldBe(["id", "display_name", "bio", "member_since", "email_verified"]);
        }
        await other.Api.PutAsync($"/api/v1/users/{person.Id}", new { first_name = "Eve" }).ShouldRefuseAsync(403, "not_your_profile");
        await other.Api.DeleteAsync($"/api/v1/users/{person.Id}").ShouldRefuseAsync(403, "not_your_profile");
        await product.Api.PutAsync($"/api/v1/users/{person.Id}", new { first_name = "Eve" }).ShouldRefuseAsync(401, "authentication_required");
        (await person.Api.PutAsync($"/api/v1/users/{person.Id}", new { last_name = "Open" }).ReadAsync<ProfileView>()).LastName.ShouldBe("Open");
        (await person.Api.GetAsync($"/api/v1/users/{person.Id}").ReadAsync<ProfileView>()).Phone.ShouldBe("+4915112345678");
        await product.Api.GetAsync($"/api/v1/users/{UserId.New()}").ShouldRefuseAsync(404, "user_not_found");
        await product.Api.GetAsync("/api/v1/users/not-an-id").ShouldRefuseAsync(400, "invalid_request");
    }

    [Fact]
    public async Task An_avatar_shows_when_media_tells_of_it_and_goes_when_it_is_deleted()
    {
        var (person, other) = (await product.NewGuestAsync(), await product.NewGuestAsync());
        var media = Picture(person.Id);
        // Chosen before media told of it: taken on trust, shown later.
        (await person.Api.PutAsync("/api/v1/users/profile", new { avatar_id = media.Id }).ReadAsync<ProfileView>()).AvatarUrl.ShouldBeNull();
        await TellAsync(new MediaProcessed(media));
        await Until.HoldsAsync(() => person.Api.GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>(), p => p.AvatarUrl == "/media/x/320.webp", "the avatar shows");
        await other.Api.PutAsync("/api/v1/users/profile", new { avatar_id = media.Id }).ShouldRefuseAsync(400, "avatar_not_yours", "avatar_id");
        await TellAsync(new MediaDeleted(media.Id, person.Id));
        await Until.HoldsAsync(() => person.Api.GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>(), p => p.AvatarUrl is null && p.AvatarId is null, "the avatar is gone");
    }

    [Fact]
    public async Task Other_services_learn_how_to_reach_and_name_people_but_strangers_do_not()
    {
        var person = await product.NewGuestAsync("Kim Possible");
        using var service = product.ServiceClientOf("users");
        var users = new UsersClient(service);
        var card = (await users.GetContactAsync(person.Id, default)).Value;
        (card.Email, card.DisplayName, card.Language).ShouldBe((person.Email, "Kim", "en"));
        (await users.GetPublicProfilesAsync([person.Id, UserId.New()], default)).Value.Single().DisplayName.ShouldBe("Kim");
        (await users.GetContactAsync(new UserId(Guid.Parse("0190a0a0-0000-7000-8000-000000000001")), default)).Refusal!.Code.ShouldBe("user_not_found");
        await product.ClientOf("users").GetAsync($"/internal/users/{person.Id}/contact").ShouldRefuseAsync(401, "authentication_required");
        await service.GetAsync("/internal/users/public?ids=nonsense").ShouldRefuseAsync(400, "invalid_id", "ids");
    }

    private Task TellAsync(Contracts.Events.IEvent fact) => Facts.TellAsync(product, "users", fact);

    private static MediaView Picture(UserId owner) => new(new MediaId(Guid.CreateVersion7()), owner, MediaPurpose.Avatar, MediaStatus.Ready, null, "image/webp", 1000, 640, 640, null,
        new Dictionary<string, string> { ["160"] = "/media/x/160.webp", ["320"] = "/media/x/320.webp", ["640"] = "/media/x/640.webp" }, DateTimeOffset.UtcNow);
}
