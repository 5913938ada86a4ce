using System.Text.Json;
using System.Text.RegularExpressions;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Deployment;

/// <summary>Alerts and dashboard ask for nothing that the product does not tell: an alert on a name that nobody uses is silent for ever.</summary>
public sealed partial class MetricNameTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    /// <summary>Told by Prometheus itself, by its blackbox exporter, and by Npgsql from the first time on that it happens.</summary>
    private static readonly string[] Foreign = ["up", "probe_success", "probe_ssl_earliest_cert_expiry", "db_client_connection_npgsql_pending_requests"];
    private static readonly string[] Words = ["and", "or", "unless", "by", "on", "without", "ignoring", "inf", "nan"];
    private static readonly string Root = FindRoot();

    [Fact]
    public async Task Every_metric_that_is_asked_for_is_told()
    {
        await fixture.Product.Api.GetAsync("/api/v1/search?limit=1");
        await fixture.Product.Api.GetAsync("/api/v1/nothing");
        var told = new HashSet<string>(Foreign.Concat(DefinedInCode()));
        foreach (var app in fixture.Product.Product.Apps)
        {
            using var module = fixture.Product.ClientOf(app.Facts.Name);
            told.UnionWith(TypeLine().Matches(await module.GetStringAsync("/metrics")).Select(m => m.Groups["name"].Value));
        }
        var rules = await File.ReadAllTextAsync(Path.Combine(Root, "deploy", "monitoring", "rules.yml"));
        told.UnionWith(Recorded().Matches(rules).Select(m => m.Groups["name"].Value));

        var asked = Expressions(rules).Concat(Queries()).SelectMany(NamesIn).Distinct().ToList();
        asked.Count.ShouldBeGreaterThan(25);
        asked.Where(n => !told.Contains(n) && !told.Contains(HistogramPart().Replace(n, ""))).ShouldBe([]);
    }

    /// <summary>Instruments of parts that do not run here, such as NATS' and Redis' clients: their names as the writer of /metrics makes them.</summary>
    private static IEnumerable<string> DefinedInCode() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories).SelectMany(p => Instrument().Matches(File.ReadAllText(p)))
            .Select(m => m.Groups["name"].Value + (m.Groups["unit"].Success ? "_seconds" : "") + (m.Groups["kind"].Value == "Counter" && !m.Groups["name"].Value.EndsWith("_total", StringComparison.Ordinal) ? "_total" : ""));

    private static IEnumerable<string> Expressions(string rules) => Expression().Matches(rules).Select(m => m.Groups["text"].Value);

    private static IEnumerable<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, "deploy", "monitoring", "grafana.json")));
        return [.. from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
                   where panel.TryGetProperty("targets", out _)
                   from target in panel.GetProperty("targets").EnumerateArray()
                   select target.GetProperty("expr").GetString()];
    }

    private static IEnumerable<string> NamesIn(string expression) =>
        Name().Matches(Aside().Replace(expression, " ")).Select(m => m.Value).Where(n => !Words.Contains(n.ToLowerInvariant()));

    private static string FindRoot()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Directory.Packages.props"))) return d.FullName;
        throw new InvalidOperationException("The tests must run inside the repository.");
    }

    [GeneratedRegex(@"(?m)^# TYPE (?<name>\S+) ")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"(?m)^\s+- record: (?<name>\S+)$")]
    private static partial Regex Recorded();

    [GeneratedRegex("_(?:bucket|count|sum)$")]
    private static partial Regex HistogramPart();

    [GeneratedRegex(@"Create(?<kind>Counter|Histogram|ObservableGauge|ObservableCounter|UpDownCounter|Gauge)(?:<\w+>)?\(""(?<name>[a-z_]+)""(?:[^;\n]*?(?<unit>, ""s""))?")]
    private static partial Regex Instrument();

    // One line, or the lines that are indented below a bar.
    [GeneratedRegex(@"(?m)^\s+expr: (?:\|\n(?<text>(?:\s{10,}\S.*\n)+)|(?<text>.+)$)")]
    private static partial Regex Expression();

    // Labels, ranges, texts and numbers are no names.
    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)|\b\d[\d.]*\b")]
    private static partial Regex Aside();

    [GeneratedRegex(@"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")]
    private static partial Regex Name();
}
