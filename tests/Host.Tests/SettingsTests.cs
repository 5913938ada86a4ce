using System.Text.RegularExpressions;
using EstoSpaces.Host.Verbs;
using EstoSpaces.Kernel.Hosting;
using Shouldly;
using Xunit;

namespace EstoSpaces.Host.Tests;

/// <summary>What is written about settings is true: whatever variable stands in a manifest, a script or a page is one, and every one is on the page of settings.</summary>
public sealed partial class SettingsTests
{
    private static readonly string Root = FindRoot();
    private static readonly string[] Places = ["README.md", "CONTRIBUTING.md", "run", "test", "package.json", "deploy", "docs", "scripts", ".ci"];

    /// <summary>Variables of others that our files set or name, and whose they are.</summary>
    private static readonly Dictionary<string, string[]> Foreign = new()
    {
        [".NET and its tools"] = ["DOTNET_NOLOGO", "DOTNET_ROOT", "DOTNET_CLI_TELEMETRY_OPTOUT", "DOTNET_CLI_UI_LANGUAGE", "DOTNET_EnableDiagnostics"],
        ["Postgres' image and programs"] = ["POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "PGDATA", "ON_ERROR_STOP"],
        ["our script in Postgres' image"] = ["APP_PASSWORD_FILE"],
        ["Redis' image and programs"] = ["REDIS_PASSWORD", "REDISCLI_AUTH"],
        ["NATS' configuration"] = ["SERVER_NAME"],
        ["Go"] = ["GOMEMLIMIT"],
        ["Google's proxy, in its manifest"] = ["INSTANCE_CONNECTION_NAME"],
        ["compose, and what its files ask for"] = ["COMPOSE_PROFILES", "IMAGE", "API_PORT", "WEB_PORT"],
        ["Docker's builds"] = ["VERSION", "REVISION", "TARGETARCH"],
        ["systems and shells"] = ["PATH", "HOME", "TMPDIR", "LC_ALL", "BASH_SOURCE", "DEBIAN_FRONTEND"],
        ["tests of ours"] = ["TEST_S3_ENDPOINT", "FAULT_ROUNDS", "FAULT_SEED", "FAULT_BOOKINGS", "FAULT_LOG"],
        ["words of others in the pages"] = ["NATS", "OUT_OF_SERVICE"],
        ["our scripts' mark on what they start"] = ["SCRIPT_MARK"],
    };

    [Fact]
    public void Every_variable_that_is_named_anywhere_is_a_setting()
    {
        var foreign = Foreign.Values.SelectMany(v => v).ToHashSet();
        Named().Where(n => !IsSetting(n.Name) && !foreign.Contains(n.Name)).Select(n => $"{n.Path}: {n.Name}").Distinct().ShouldBe([]);
    }

    [Fact]
    public void No_foreign_variable_is_listed_that_nobody_names() =>
        Foreign.Values.SelectMany(v => v).Except(Files().SelectMany(f => Word().Matches(f.Text).Select(m => m.Value))).ShouldBe([]);

    [Fact]
    public void Every_variable_that_the_code_reads_past_the_catalog_is_in_it() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories).Where(p => !p.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}"))
            .SelectMany(p => Read().Matches(File.ReadAllText(p)).Select(m => m.Groups["name"].Value)).Where(n => n != "PATH" && !IsSetting(n)).ShouldBe([]);

    [Fact]
    public void The_page_of_settings_has_them_all_and_no_other()
    {
        var rows = File.ReadLines(Path.Combine(Root, "docs", "settings.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]);
        rows.ShouldBe(SettingsCatalog.All.Select(s => s.Name), "npm run deploy writes it");
    }

    [Fact]
    public void A_secret_may_stand_in_a_file()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "a secret of thirty-two characters\n");
        Settings.FromEnvironment([new("JWT_SECRET_FILE", path)])["JWT_SECRET"].ShouldBe("a secret of thirty-two characters");
        Should.Throw<SettingsException>(() => Settings.FromEnvironment([new("JWT_SECRET_FILE", path), new("JWT_SECRET", new string('x', 32))])).Message.ShouldContain("twice");
        File.WriteAllText(path, "short");
        Should.Throw<SettingsException>(() => Settings.FromEnvironment([new("JWT_SECRET_FILE", path)])).Message.ShouldNotContain("short:");
        File.Delete(path);
        Should.Throw<SettingsException>(() => Settings.FromEnvironment([new("JWT_SECRET_FILE", path)])).Message.ShouldContain("JWT_SECRET_FILE");
    }

    [Fact]
    public void What_is_no_secret_stands_in_no_file() =>
        Should.Throw<SettingsException>(() => Settings.FromEnvironment([new("DB_HOST_FILE", "/run/secrets/host")])).Message.ShouldContain("DB_HOST");

    [Theory]
    [InlineData(null, "http://localhost:8080/health")]
    [InlineData("bookings", "http://localhost:8083/health")]
    [InlineData("booking-service", "http://localhost:8083/health")]
    [InlineData("http://other:1234", "http://other:1234/health")]
    [InlineData("http://other:1234/ready?except=bus", "http://other:1234/ready?except=bus")]
    public void A_probe_asks_what_it_is_told(string? asked, string address) => ProbeVerb.AddressOf(asked, Settings.FromEnvironment([])).ToString().ShouldBe(address);

    [Fact]
    public void A_probe_without_a_module_asks_what_listens_at_PORT() => ProbeVerb.AddressOf(null, Settings.FromEnvironment([new("PORT", "9000")])).Port.ShouldBe(9000);

    private static bool IsSetting(string name) => SettingsCatalog.Find(name) is not null || SettingsCatalog.FindByFile(name) is not null;

    /// <summary>Names with an underscore wherever they stand, and one-word names where a variable is set: in YAML, in a Dockerfile, before a command.</summary>
    private static IEnumerable<(string Path, string Name)> Named() =>
        from file in Files()
        from match in Underscored().Matches(file.Text).Concat(file.Path.StartsWith("deploy", StringComparison.Ordinal) ? SetInFile().Matches(file.Text) : [])
        select (file.Path, match.Groups["name"].Value);

    private static IEnumerable<(string Path, string Text)> Files() =>
        from place in Places
        let full = Path.Combine(Root, place)
        from path in Directory.Exists(full) ? Directory.EnumerateFiles(full, "*", SearchOption.AllDirectories) : [full]
        where Path.GetExtension(path) is not (".jpg" or ".png" or ".webp") && !path.Contains($"{Path.DirectorySeparatorChar}secrets{Path.DirectorySeparatorChar}")
        select (Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path));

    private static string FindRoot()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Directory.Packages.props"))) return d.FullName;
        throw new InvalidOperationException("The tests must run inside the repository.");
    }

    [GeneratedRegex(@"(?<![\w.$/-])(?<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w*])")]
    private static partial Regex Underscored();

    [GeneratedRegex(@"(?m)^\s*(?:- )?(?:\{ ?)?(?:ENV )?(?<name>[A-Z][A-Z0-9]{2,})(?:: |=)|\bname: (?<name>[A-Z][A-Z0-9]{2,})\b|\$\{(?<name>[A-Z][A-Z0-9]+)[:}]")]
    private static partial Regex SetInFile();

    [GeneratedRegex(@"\b[A-Za-z][A-Za-z0-9_]+\b")]
    private static partial Regex Word();

    [GeneratedRegex(@"GetEnvironmentVariable\(""(?<name>\w+)""\)|PathVariable = ""(?<name>\w+)""")]
    private static partial Regex Read();
}
