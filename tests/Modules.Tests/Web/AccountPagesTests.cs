using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Web;

public class AccountPagesTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Theory]
    [InlineData("/account"), InlineData("/account/security"), InlineData("/account/notifications"), InlineData("/account/invoices"), InlineData("/inbox")]
    public async Task Members_see_it_and_strangers_sign_in(string path)
    {
        var member = await Browsing.SignedInAsync(product, await product.NewGuestAsync());
        await member.OpenAsync(path);
        member.Status.ShouldBe(200, member.Text);

        var stranger = new Browsing(product);
        await stranger.OpenAsync(path);
        stranger.Path.ShouldStartWith("/sign-in?return=");
    }

    [Theory]
    [InlineData("/help/cancellation"), InlineData("/help/payments"), InlineData("/help/safety")]
    public async Task Anybody_reads_the_help(string path)
    {
        var visit = new Browsing(product);
        await visit.OpenAsync(path);
        visit.Status.ShouldBe(200);
    }

    [Fact]
    public async Task Every_link_of_header_and_footer_leads_somewhere()
    {
        var visit = await Browsing.SignedInAsync(product, await product.NewHostAsync());
        await visit.OpenAsync("/account");
        var links = visit.Page.QuerySelectorAll("header a, footer a, .tabbar a").Select(a => a.GetAttribute("href")!).Where(h => h.StartsWith('/')).Distinct().ToList();
        links.Count.ShouldBeGreaterThan(8);
        foreach (var link in links)
        {
            await visit.OpenAsync(link);
            visit.Status.ShouldBe(200, link);
        }
    }

    [Fact]
    public async Task A_profile_is_changed_and_what_was_typed_stays_when_it_is_refused()
    {
        var person = await product.NewGuestAsync();
        var visit = await Browsing.SignedInAsync(product, person);
        await visit.OpenAsync("/account");
        await visit.SendAsync("profile", ("first_name", "Ana"), ("phone", "12"), ("bio", "Walks a lot."));
        visit.Status.ShouldBe(400);
        visit.Page.QuerySelector("textarea[name=bio]")!.TextContent.ShouldContain("Walks a lot.");
        await visit.SendAsync("profile", ("phone", "+33 6 12 34 56 78"), ("country", "FR"));
        visit.Path.ShouldBe("/account?done=saved");
        var profile = await person.Api.GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>();
        (profile.FirstName, profile.Country, profile.Bio).ShouldBe(("Ana", "FR", "Walks a lot."));
    }

    [Fact]
    public async Task A_session_elsewhere_is_ended()
    {
        var person = await product.NewGuestAsync();
        var visit = await Browsing.SignedInAsync(product, person);
        await visit.OpenAsync("/account/security");
        var handler = visit.Page.QuerySelectorAll("input[name=_handler]").Select(i => i.GetAttribute("value")!).Single(v => v.StartsWith("end-", StringComparison.Ordinal) && v != "end-others");
        await visit.SendAsync(handler);
        visit.Path.ShouldBe("/account/security?done=ended");
        visit.Page.QuerySelectorAll("input[name=_handler]").ShouldNotContain(i => i.GetAttribute("value") == handler);
        await product.Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = person.Session.RefreshToken }).ShouldBeAsync(401);
    }

    [Fact]
    public async Task A_password_is_changed_only_by_who_knows_the_old_one()
    {
        var person = await product.NewGuestAsync();
        var visit = await Browsing.SignedInAsync(product, person);
        await visit.OpenAsync("/account/security");
        await visit.SendAsync("password", ("current_password", "not it at all"), ("new_password", "a longer sentence of mine"));
        visit.Status.ShouldBe(400);
        await visit.SendAsync("password", ("current_password", person.Password), ("new_password", "a longer sentence of mine"));
        visit.Path.ShouldBe("/account/security?done=password");
        await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "a longer sentence of mine" }).ReadAsync<SessionView>();
    }

    [Fact]
    public async Task The_administration_is_for_admins()
    {
        var visit = await Browsing.SignedInAsync(product, await product.NewHostAsync());
        await visit.OpenAsync("/admin");
        visit.Status.ShouldBe(403);
    }
}
