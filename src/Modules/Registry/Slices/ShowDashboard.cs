using System.Globalization;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>Whoever may sees the whole registry on one page: instances, leases, whether it holds back evictions, peers, and what happened last. Every text on it is a stranger's and encoded.</summary>
internal static class ShowDashboard
{
    private static readonly string Style = Read("house.css") + Read("dashboard.css");
    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    public static void Map(RouteGroupBuilder root, TimeProvider clock) => root.MapGet("/", (HttpContext http, LeaseBook book, PeerNodes peers) => Handle(http, book, peers, clock));

    private static IResult Handle(HttpContext http, LeaseBook book, PeerNodes peers, TimeProvider clock)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{StyleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        return Results.Content(Page(book.All(), book.Pulse(), book.Notes(), peers.All, clock.GetUtcNow()), "text/html; charset=utf-8");
    }

    private static string Page(Applications all, Pulse pulse, IReadOnlyList<Note> notes, IReadOnlyList<PeerNode> peers, DateTimeOffset now)
    {
        var page = new StringBuilder($"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>Service registry · EstoSpaces</title>
            <link rel="icon" href="data:,"><style>{Style}</style></head>
            <body><main>
            <header><div><h1>Service registry</h1><p>As of <time datetime="{now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}">{now.UtcDateTime:HH:mm:ss} UTC</time> · version {Operations.Version}</p></div><a class="button" href="/">Look again</a></header>
            """);
        if (pulse.Preserving)
            page.Append($"""
                <p class="banner" role="status"><strong>Self-preservation.</strong> Only {pulse.Seen} of {pulse.Expected} renewals came in the last minute. So many silent at once are rather a broken network than
                so many broken services: nobody is evicted until {Pulse.Share * 100:0} % renew again. Instances that are surely gone can be cancelled by hand.</p>
                """);
        var up = all.Instances.Count(i => i.Status == InstanceStatus.Up);
        page.Append($"""
            <dl class="facts">{Fact("Applications", all.Instances.Select(i => i.Info.App).Distinct().Count())}{Fact("Instances", all.Instances.Count)}{Fact("Up", up)}{Fact("Renewals, last minute", $"{pulse.Seen} of {pulse.Expected}")}{Fact("Evictions", pulse.Preserving ? "held back" : "on")}</dl>
            """);
        page.Append("<h2>Instances</h2>");
        if (all.Instances.Count == 0) page.Append("""<p class="empty">Nobody is registered. Services register as soon as they answer; after a restart of the registry that takes half a minute.</p>""");
        else
        {
            page.Append("""<table><thead><tr><th>Application</th><th>Instance</th><th>Status</th><th>Zone</th><th>Renewed</th><th>Registered</th><th>About</th></tr></thead><tbody>""");
            foreach (var instance in all.Instances) page.Append(Row(instance, now));
            page.Append("</tbody></table>");
        }
        page.Append("<h2>Peers</h2>");
        page.Append(peers.Count == 0
            ? """<p class="empty">This registry stands alone. EUREKA_PEERS names others that it replicates to.</p>"""
            : $"<ul class=\"plain\">{string.Concat(peers.Select(p => $"<li>{Text(p.Address.ToString())} {Chip(p.IsSelf ? ("itself", "") : p.IsThere switch { true => ("answers", "good"), false => ("away", "bad"), _ => ("not asked yet", "") })} <span class=\"soft\">{p.Pending} pending</span></li>"))}</ul>");
        page.Append("<h2>What happened</h2>");
        if (notes.Count == 0) page.Append("""<p class="empty">Nothing yet.</p>""");
        else page.Append(CultureInfo.InvariantCulture, $"<ul class=\"plain\">{string.Concat(notes.Select(n => $"<li><time class=\"soft\" datetime=\"{n.At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\">{n.At.UtcDateTime:HH:mm:ss}</time> {Text(n.Key.App)} <code>{Text(n.Key.Id)}</code> {Chip((n.What, n.What == "evicted" ? "bad" : ""))}</li>"))}</ul>");
        return page.Append("</main></body></html>").ToString();
    }

    private static string Row(InstanceView instance, DateTimeOffset now)
    {
        var info = instance.Info;
        var age = now - instance.RenewedAt;
        var late = age > TimeSpan.FromSeconds(info.LeaseSeconds);
        var about = string.Concat(info.Metadata.Where(m => m.Key != "zone").Take(12).Select(m => $"<span class=\"tag\">{Text(Short(m.Key))} <b>{Text(Short(m.Value))}</b></span> "));
        return $"""
            <tr><th scope="row">{Text(info.App)}</th>
            <td data-label="Instance">{Link(info.HomePageUrl, info.InstanceId)}</td>
            <td data-label="Status">{Chip((instance.Status.Wire(), instance.Status switch { InstanceStatus.Up => "good", InstanceStatus.Down => "bad", _ => "wait" }))}{(instance.Overridden == InstanceStatus.Unknown ? "" : " <span class=\"soft\">by an operator</span>")}</td>
            <td data-label="Zone">{Text(Short(info.Zone ?? "–"))}</td>
            <td data-label="Renewed"><span class="{(late ? "late" : "")}">{Ago(age)}</span> <span class="soft whole">of {info.LeaseSeconds} s</span></td>
            <td data-label="Registered">{Ago(now - instance.RegisteredAt)}</td>
            <td data-label="About">{about}</td></tr>
            """;
    }

    private static string Fact(string name, object value) => $"<div><dt>{name}</dt><dd>{Text(Convert.ToString(value, CultureInfo.InvariantCulture))}</dd></div>";

    private static string Chip((string Word, string Tone) chip) => $"<span class=\"chip {chip.Tone}\">{Text(chip.Word)}</span>";

    private static string Link(string? address, string text) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? $"<a href=\"{Text(address)}\" rel=\"noopener noreferrer nofollow\"><code>{Text(text)}</code></a>" : $"<code>{Text(text)}</code>";

    private static string Short(string text) => text.Length <= 80 ? text : text[..77] + "…";

    private static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    private static string Ago(TimeSpan age) => age.TotalSeconds switch
    {
        < 1 => "now",
        < 120 => $"{age.TotalSeconds:0} s ago",
        < 7200 => $"{age.TotalMinutes:0} min ago",
        < 172_800 => $"{age.TotalHours:0} h ago",
        _ => $"{age.TotalDays:0} d ago",
    };

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
