using EstoSpaces.Web.Components;
using EstoSpaces.Web.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EstoSpaces.Web;

/// <summary>What every page stands on: the words of the request's language, the state of the page, the files, and the two switches.</summary>
public static class WebPages
{
    public static IServiceCollection AddPages(this IServiceCollection services, WebAssets assets, MapTiles tiles)
    {
        services.AddRazorComponents();
        services.AddAntiforgery(options => options.Cookie.Name = "form");
        services.AddHttpContextAccessor();
        services.AddSingleton(assets);
        services.AddSingleton(tiles);
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped<PageState>();
        services.AddScoped(provider => provider.GetRequiredService<PageState>().Words);
        return services;
    }

    /// <summary>
    /// Language and theme are cookies that a plain form sets. No anti-forgery token is asked for: the worst that a forged request
    /// could do is to show the page in French.
    /// </summary>
    public static void MapPreferences(this IEndpointRouteBuilder routes) => routes.MapPost("/preferences",
        (HttpContext context, [FromForm] string? lang, [FromForm] string? theme, [FromForm(Name = "return")] string? back) =>
        {
            var kept = new CookieOptions { Path = "/", MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, IsEssential = true };
            if (lang is "en" or "fr") context.Response.Cookies.Append(Texts.LanguageCookie, lang, kept);
            if (theme is "light" or "dark") context.Response.Cookies.Append(PageState.ThemeCookie, theme, kept);
            else if (theme == "system") context.Response.Cookies.Delete(PageState.ThemeCookie, new CookieOptions { Path = "/" });
            return Results.Redirect(LocalOrHome(back));
        }).DisableAntiforgery();

    /// <summary>An address inside this site, or home: what comes back from a form never leads elsewhere.</summary>
    public static string LocalOrHome(string? address) =>
        address is ['/', ..] && !address.StartsWith("//", StringComparison.Ordinal) && !address.StartsWith("/\\", StringComparison.Ordinal) && !address.Any(char.IsControl) ? address : "/";
}
