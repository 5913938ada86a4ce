using System.Globalization;
using EstoSpaces.Host;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Start;
using Microsoft.AspNetCore.Builder;

// Seconds until every module and the search through the gateway answer, and megabytes resident then, on data that is there already; as a ratio to an empty ASP.NET Core application
// started the same way and to PostgreSQL started alone, in the same run, in turns. Built programs only: ./run first, or dotnet build src/Host -c Release -p:Precompile=true.
// dotnet run -c Release --project benchmarks/Start [runs] [portable|precompiled] [--split]
if (args is ["empty", var port])
{
    var app = WebApplication.CreateSlimBuilder().Build();
    app.MapGet("/health", () => "ok");
    await app.RunAsync($"http://localhost:{port}");
    return 0;
}
var runs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var build = args.Contains("portable") ? "net10.0" : "precompiled";
var split = args.Contains("--split");
var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../src/Host/bin/Release", build, "estospaces.dll"));
if (!File.Exists(program)) throw new FileNotFoundException($"{program} is not built.");
var folder = Directory.CreateTempSubdirectory("estospaces-start-").FullName;
const int offset = 16000; // below the ports of outgoing connections
string[] waiting = [.. Modules.All().Select(m => $"http://localhost:{m.Facts.Port + offset}/health"), $"http://localhost:{8080 + offset}/api/v1/search?limit=1"];
var environment = new Dictionary<string, string> { ["PORT_OFFSET"] = offset.ToString(CultureInfo.InvariantCulture), ["DATA_DIR"] = folder };
string[] product = split ? [program, "up", "--split"] : [program, "up"];
try
{
    await Measured.RunAsync(product, environment, waiting); // makes the data; never counted
    var (empty, postgres, whole) = (new List<Measured>(), new List<double>(), new List<Measured>());
    for (var i = 0; i < runs; i++)
    {
        empty.Add(await Measured.RunAsync([typeof(Measured).Assembly.Location, "empty", "15999"], [], ["http://localhost:15999/health"]));
        if (!split) postgres.Add(await PostgresAsync(folder));
        whole.Add(await Measured.RunAsync(product, environment, waiting));
    }
    Print("an empty ASP.NET Core application (baseline)", empty);
    if (!split) Console.WriteLine($"PostgreSQL alone: {postgres.Order().ElementAt(runs / 2):F2} s (best {postgres.Min():F2})");
    Print(split ? "every module a process" : $"all modules in one process, {build}", whole);
    Console.WriteLine($"ratio to the empty application: time {whole.Min(m => m.Seconds) / empty.Min(m => m.Seconds):F1} (best of each), processor {whole.Min(m => m.Processor) / empty.Min(m => m.Processor):F1}, memory {Median(whole, m => m.Megabytes) / Median(empty, m => m.Megabytes):F1}");
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static async Task<double> PostgresAsync(string folder)
{
    var began = TimeProvider.System.GetTimestamp();
    await using var server = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions { DataDirectory = Path.Combine(folder, "postgres") });
    return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
}

static void Print(string what, List<Measured> measured) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{what}: answers after {Median(measured, m => m.Seconds):F2} s (best {measured.Min(m => m.Seconds):F2}), {Median(measured, m => m.Processor):F2} s of processor (best {measured.Min(m => m.Processor):F2}), {Median(measured, m => m.Megabytes):F0} MB, processes: {measured[0].Processes}"));

static double Median(List<Measured> measured, Func<Measured, double> value) => measured.Select(value).Order().ElementAt(measured.Count / 2);
