using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.Modules.Tests.Web;

/// <summary>Somebody at the web application without script: follows links and redirects, keeps cookies, fills in forms as they stand in the page.</summary>
public sealed class Browsing(TestProduct product)
{
    private readonly HttpClient http = product.ClientOf("web");
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    /// <summary>The page that is shown.</summary>
    public IHtmlDocument Page { get; private set; } = new HtmlParser().ParseDocument("");

    public int Status { get; private set; }

    /// <summary>Where the redirects ended.</summary>
    public string Path { get; private set; } = "/";

    public string Text => Page.QuerySelector("main")?.TextContent ?? "";

    public static async Task<Browsing> SignedInAsync(TestProduct product, Person person)
    {
        var visit = new Browsing(product);
        await visit.OpenAsync("/sign-in");
        await visit.SendAsync("sign-in", ("email", person.Email), ("password", person.Password));
        visit.Status.ShouldBe(200, visit.Text);
        return visit;
    }

    public async Task OpenAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        await TakeAsync(path, request);
    }

    /// <summary>Sends a form of the page with what stands in it, some of it typed over. A value of null empties a field or unticks a box; <c>do</c> names the button.</summary>
    public async Task SendAsync(string form, params (string Name, string? Value)[] typed)
    {
        var sent = Page.QuerySelectorAll<IHtmlFormElement>("form").Single(f => f.QuerySelector("input[name=_handler]")?.GetAttribute("value") == form);
        var values = new List<KeyValuePair<string, string>>();
        foreach (var field in sent.Elements)
            if (field.GetAttribute("name") is { Length: > 0 } name && !typed.Any(t => t.Name == name))
                values.AddRange(ValuesOf(field).Select(v => KeyValuePair.Create(name, v)));
        values.AddRange(typed.Where(t => t.Value is not null).Select(t => KeyValuePair.Create(t.Name, t.Value!)));
        var path = sent.GetAttribute("action") is { Length: > 0 } action ? action : Path;
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(values) };
        await TakeAsync(path, request);
    }

    private static IEnumerable<string> ValuesOf(IElement field) => field switch
    {
        IHtmlInputElement { Type: "checkbox" or "radio" } box => box.IsChecked ? [box.Value] : [],
        IHtmlInputElement { Type: "submit" or "file" } => [],
        IHtmlInputElement input => [input.Value],
        IHtmlTextAreaElement area => [area.Value],
        IHtmlSelectElement { Value: { } chosen } => [chosen],
        _ => [],
    };

    private async Task TakeAsync(string path, HttpRequestMessage request)
    {
        if (cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", cookies.Select(c => $"{c.Key}={c.Value}")));
        request.Headers.Add("Accept", "text/html");
        using var answer = await http.SendAsync(request);
        foreach (var cookie in answer.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var (name, value) = cookie.Split(';')[0].Split('=', 2) is [var n, var v] ? (n, v) : throw new InvalidOperationException(cookie);
            if (value.Length == 0) cookies.Remove(name);
            else cookies[name] = value;
        }
        if ((int)answer.StatusCode is >= 300 and < 400)
        {
            var next = new Uri(new Uri(http.BaseAddress!, path), answer.Headers.Location!);
            await OpenAsync(next.PathAndQuery);
            return;
        }
        (Status, Path) = ((int)answer.StatusCode, path);
        Page = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
    }
}
