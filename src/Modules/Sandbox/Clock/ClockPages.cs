using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Sandbox.Pages;
using EstoSpaces.Sandbox.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Sandbox.Clock;

/// <summary>The product's clock, to look at and to move: by buttons, or by <c>{"advance":"14.00:00:00"}</c>, <c>{"set":"…Z"}</c>, <c>{"reset":true}</c>.</summary>
internal static class ClockPages
{
    static readonly TimeSpan Furthest = TimeSpan.FromDays(3660);

    public static void MapClock(this RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/clock", Show);
        sandbox.MapGet("/clock.json", (ClockOfTheProduct clock) => Wires.Json(Shown(clock)));
        sandbox.MapPost("/clock", Move).DisableAntiforgery();
    }

    static IResult Show(HttpContext http, ClockOfTheProduct clock) => Page.Show(http, "Clock", "/sandbox/clock", Html.Of($"""
        <h1>Clock</h1>
        <p class="soft">The product lives by this time: holds expire, reminders go out and refunds change by it. Sign-in and signatures stay on real time.</p>
        <div class="card">
          <p class="soft small">Product time</p>
          <span class="big"><time datetime="{clock.Now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}">{clock.Now.UtcDateTime:ddd d MMM yyyy, HH:mm:ss}</time></span>
          <p class="soft small">UTC. {Moved(clock.Offset)}</p>
        </div>
        <h2>Move it</h2>
        <form class="line" method="post">
          <button name="advance" value="00:15:00" class="quiet">+ 15 minutes</button>
          <button name="advance" value="01:00:00" class="quiet">+ 1 hour</button>
          <button name="advance" value="1.00:00:00" class="quiet">+ 1 day</button>
          <button name="advance" value="7.00:00:00" class="quiet">+ 7 days</button>
          <button name="advance" value="14.00:00:00" class="quiet">+ 14 days</button>
        </form>
        <form class="line" method="post">
          <div><label for="set">To a moment (UTC)</label><input id="set" name="set" type="datetime-local" step="60" value="{clock.Now.UtcDateTime:yyyy-MM-ddTHH:mm}" required></div>
          <button>Go there</button>
        </form>
        <form class="line" method="post"><button name="reset" value="true" class="quiet">Back to real time</button></form>
        """));

    static async Task<IResult> Move(HttpContext http, ClockOfTheProduct clock)
    {
        var form = http.Request.HasFormContentType;
        var (advance, set, reset) = form ? await FromForm(http) : await FromJson(http);
        TimeSpan offset;
        if (reset) offset = TimeSpan.Zero;
        else if (advance is not null && TimeSpan.TryParse(advance, CultureInfo.InvariantCulture, out var step)) offset = clock.Offset + step;
        else if (set is not null && DateTimeOffset.TryParse(set, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)) offset = moment - TimeProvider.System.GetUtcNow();
        else return Wires.Json(new { error = "Send advance (d.hh:mm:ss), set (a moment) or reset." }, statusCode: 400);
        if (offset.Duration() > Furthest) return Wires.Json(new { error = "The clock moves ten years at most." }, statusCode: 400);
        await clock.SetOffset(offset, http.RequestAborted);
        return form ? Results.Redirect("/sandbox/clock") : Wires.Json(Shown(clock));
    }

    static async Task<(string? Advance, string? Set, bool Reset)> FromForm(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return (form["advance"], form["set"], form["reset"] == "true");
    }

    static async Task<(string? Advance, string? Set, bool Reset)> FromJson(HttpContext http)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonObject>(http.Request.Body, cancellationToken: http.RequestAborted);
            return (body?.Text("advance"), body?.Text("set"), body?.Is("reset") ?? false);
        }
        catch (JsonException)
        {
            return (null, null, false);
        }
    }

    static object Shown(ClockOfTheProduct clock) => new { now = clock.Now.UtcDateTime, offset = clock.Offset.ToString("c", CultureInfo.InvariantCulture), offset_seconds = clock.Offset.TotalSeconds };

    static string Moved(TimeSpan offset)
    {
        if (offset.Duration() < TimeSpan.FromSeconds(1)) return "This is real time.";
        var size = offset.Duration();
        var parts = new[] { (size.Days, "day"), (size.Hours, "hour"), (size.Minutes, "minute") }.Where(p => p.Item1 > 0).Select(p => $"{p.Item1} {p.Item2}{(p.Item1 == 1 ? "" : "s")}");
        var words = string.Join(", ", parts);
        return $"{(words.Length == 0 ? "Less than a minute" : words)} {(offset > TimeSpan.Zero ? "ahead of" : "behind")} real time.";
    }
}
