using EstoSpaces.Contracts;

namespace EstoSpaces.Web.Components;

/// <summary>A page for people who are signed in. What it shows is loaded only for those who may see it; the frame (<c>Desk</c>) says the rest.</summary>
public abstract class DeskPage : SitePage
{
    /// <summary>Why the page has nothing to show.</summary>
    protected Refusal? Problem { get; set; }

    /// <summary>False for a visitor whose account has not the role that the page is for.</summary>
    protected virtual bool MayEnter => true;

    /// <summary>The idempotency key of the next sending: the same when no answer came, so that nothing happens twice; a fresh one after a refusal, when something else may be sent.</summary>
    protected string SendingKey => Refused?.Kind == RefusalKind.Unavailable && Typed("key") is { } sent ? sent : Guid.NewGuid().ToString();

    protected abstract Task LoadAsync();

    protected sealed override async Task OnInitializedAsync()
    {
        State.Search = null;
        if (MustSignIn()) return;
        if (!MayEnter) { Answer(403); return; }
        if (Asked("done") is { } done && State.Words.Has($"desk.done.{done}")) State.Toast = State.Words[$"desk.done.{done}"];
        await LoadAsync();
    }

    /// <summary>The value, or null after the refusal became the page's problem.</summary>
    protected T? Need<T>(Result<T> answer) where T : class
    {
        if (!answer.Refused) return answer.Value;
        Problem = answer.Refusal;
        AnswerFor(answer.Refusal);
        return null;
    }

    /// <summary>A form was refused: its words stand in the page, and what was typed stays.</summary>
    protected void Refuse(Refusal refusal)
    {
        Heed(refusal);
        Refused = refusal;
        Answer(refusal.Kind switch { RefusalKind.Conflict => 409, RefusalKind.TooMany => 429, RefusalKind.Unavailable => 503, _ => 400 });
    }
}

/// <summary>A page for hosts; others are offered to become one.</summary>
public abstract class HostPage : DeskPage
{
    protected override bool MayEnter => Session.IsHost;
}
