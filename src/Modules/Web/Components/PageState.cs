using EstoSpaces.Web.Components.Ui;
using EstoSpaces.Web.Text;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Components;

/// <summary>Who looks at the page, as the header shows them.</summary>
public sealed record Visitor(string Name, string Email, bool IsHost, bool IsAdmin, string? AvatarUrl = null, int UnreadMessages = 0);

/// <summary>
/// What the shell of one page needs to know. One per request; pages fill what they know, the layout reads it.
/// </summary>
public sealed class PageState(IHttpContextAccessor http)
{
    public const string ThemeCookie = "theme";

    private HttpContext? Context => http.HttpContext;

    /// <summary>light, dark, or null for what the device says.</summary>
    public string? Theme => Context?.Request.Cookies[ThemeCookie] is "light" or "dark" ? Context.Request.Cookies[ThemeCookie] : null;

    public Words Words => Texts.For(Context);

    /// <summary>
    /// The header is rendered before the page below it has run; what a page sets here is shown because header and footer listen.
    /// </summary>
    public event Action? Changed;

    /// <summary>Null for a stranger. The middleware that reads the session sets it.</summary>
    public Visitor? Visitor { get; set => Set(ref field, value); }

    public string Path => Context?.Request.Path.Value ?? "/";

    public string PathAndQuery => Context is null ? "/" : Context.Request.Path + Context.Request.QueryString.ToString();

    /// <summary>What the search pill of the header shows; null hides the pill (home has its own large search).</summary>
    public SearchValues? Search { get; set => Set(ref field, value); } = new();

    /// <summary>Pages with a map and a list side by side have no footer and use the whole width.</summary>
    public bool WholeWidth { get; set => Set(ref field, value); }

    /// <summary>A line over the page, such as "test mode: no real money moves".</summary>
    public string? Bar { get; set => Set(ref field, value); }

    /// <summary>A short message that the next page shows for a few seconds, such as "Saved".</summary>
    public string? Toast { get; set => Set(ref field, value); }

    private void Set<TValue>(ref TValue place, TValue value)
    {
        place = value;
        Changed?.Invoke();
    }
}
