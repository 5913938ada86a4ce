using System.Globalization;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Verbs;

/// <summary>
/// <c>probe [module | address]</c>: asks /health and answers with the exit code, 0 or 1, for containers that have no curl. Without an argument it asks what listens at PORT,
/// else the gateway; a module is asked at its own port of this machine; an address without a path is asked for /health.
/// </summary>
public static class ProbeVerb
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 1) return Usage.Print(2, "probe takes one module or one address");
        var address = AddressOf(arguments.FirstOrDefault(), RunVerb.Environment());
        using var direct = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Deadline };
        using var http = new HttpClient(direct) { Timeout = Deadline };
        try
        {
            using var answer = await http.GetAsync(address);
            if (answer.IsSuccessStatusCode) return 0;
            Console.Error.WriteLine($"{address} answers {(int)answer.StatusCode}");
        }
        catch (HttpRequestException e) { Console.Error.WriteLine($"{address} does not answer: {e.Message}"); }
        catch (TaskCanceledException) { Console.Error.WriteLine($"{address} does not answer within {Deadline.TotalSeconds:0} seconds"); }
        return 1;
    }

    public static Uri AddressOf(string? asked, Settings settings)
    {
        if (asked is not null && asked.Contains("://", StringComparison.Ordinal))
            return Uri.TryCreate(asked, UriKind.Absolute, out var given) && given.Scheme is "http" or "https"
                ? new Uri(given, given.PathAndQuery is "/" ? "/health" : given.PathAndQuery)
                : throw new SettingsException($"{asked} is not an http address");
        var facts = Modules.Named([asked ?? "gateway"])[0].Facts;
        var port = settings[facts.VariablePrefix + "_PORT"] ?? settings["PORT"] ?? (facts.Port + settings.Int("PORT_OFFSET")).ToString(CultureInfo.InvariantCulture);
        return new Uri($"http://localhost:{port}/health");
    }
}
