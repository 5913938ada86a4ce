using EstoSpaces.Contracts;
using EstoSpaces.Web.Calls;
using EstoSpaces.Web.Sessions;
using EstoSpaces.Web.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Components;

/// <summary>
/// What every page has at hand: the API, the visitor, what was asked and typed, and the ways to another page. A form of a page has <c>@formname</c>, <c>@onsubmit</c>,
/// <c>method="post"</c> and an <c>AntiforgeryField</c>; its handler reads <see cref="Typed"/>, and what was typed is shown again when something is refused.
/// </summary>
public abstract class SitePage : ComponentBase
{
    [Inject] protected PageState State { get; set; } = null!;
    [Inject] protected Api Api { get; set; } = null!;
    [Inject] protected VisitorSession Session { get; set; } = null!;
    [Inject] protected TimeProvider Clock { get; set; } = null!;
    [Inject] private IHttpContextAccessor Accessor { get; set; } = null!;
    [Inject] private NavigationManager Navigation { get; set; } = null!;

    protected HttpContext Http => Accessor.HttpContext!;

    /// <summary>Why the last thing that was tried did not work; shown next to the field it names (<see cref="ErrorOf"/>) or as a notice (<see cref="Complaint"/>).</summary>
    protected Refusal? Refused { get; set; }

    protected bool Posting => HttpMethods.IsPost(Http.Request.Method);

    /// <summary>A value of the address; null when missing or empty.</summary>
    protected string? Asked(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    /// <summary>A value of the form that was sent; null when missing or empty.</summary>
    protected string? Typed(string name) => Posting && Http.Request.HasFormContentType && Http.Request.Form[name].ToString() is { Length: > 0 } value ? value.Trim() : null;

    /// <summary>What was typed, else what the address says, else what is known.</summary>
    protected string? Kept(string name, string? otherwise = null) => Posting ? Typed(name) : Asked(name) ?? otherwise;

    /// <summary>The words for a refusal that names one of these fields.</summary>
    protected string? ErrorOf(params ReadOnlySpan<string> fields) => Refused?.Param is { } param && fields.Contains(param) ? State.Words.Plain(Refused) : null;

    /// <summary>The words for a refusal that names none of the fields of the page.</summary>
    protected string? Complaint(params ReadOnlySpan<string> fields) => Refused is null || Refused.Param is { } param && fields.Contains(param) ? null : State.Words.Plain(Refused);

    /// <summary>Leaves for another page of this site. Does not return.</summary>
    protected void GoTo(string address) => Navigation.NavigateTo(address);

    /// <summary>Asks a stranger to sign in and brings him back here. True when he is on his way.</summary>
    protected bool MustSignIn()
    {
        if (Session.SignedIn) return false;
        GoTo($"/sign-in?return={Uri.EscapeDataString(Posting ? State.Path : State.PathAndQuery)}");
        return true;
    }

    /// <summary>When the service says that the session is over: its cookie goes, and the visitor signs in again and comes back.</summary>
    protected void Heed(Refusal refusal)
    {
        if (refusal.Kind != RefusalKind.Unauthenticated) return;
        Session.End();
        MustSignIn();
    }

    /// <summary>The page says 404 (or 503) and shows what its content says.</summary>
    protected void Answer(int status)
    {
        if (!Http.Response.HasStarted) Http.Response.StatusCode = status;
    }

    /// <summary>The status of a page whose main thing was refused.</summary>
    protected void AnswerFor(Refusal refusal)
    {
        Heed(refusal);
        Answer(refusal.Kind switch { RefusalKind.NotFound => 404, RefusalKind.Forbidden => 403, RefusalKind.Unavailable => 503, RefusalKind.TooMany => 429, _ => 400 });
    }
}
