using System.Text.RegularExpressions;
using Xunit;

namespace EstoSpaces.Style.Tests;

/// <summary>Who may reference whom, where each vendor lives, and what may be committed.</summary>
public sealed partial class HouseTests
{
    private const string Contracts = "src/Contracts", Kernel = "src/Kernel", Host = "src/Host", Modules = "src/Modules";

    /// <summary>A vendor's client: its package, its namespace, and the folders where it may be named.</summary>
    private static readonly (string Package, string Namespace, string[] Homes)[] Vendors =
    [
        ("Npgsql", "Npgsql", [Kernel, Host, Modules]),
        ("Yarp.ReverseProxy", "Yarp", ["src/Modules/Gateway"]),
        ("StackExchange.Redis", "StackExchange.Redis", [Kernel]),
        ("AWSSDK", "Amazon", ["src/Modules/Media"]),
        ("Microsoft.AspNetCore.Authentication.JwtBearer", "Microsoft.AspNetCore.Authentication.JwtBearer", [Kernel]),
        ("OpenTelemetry", "OpenTelemetry", [Kernel, Host]),
    ];

    private static readonly string[] Unwanted = ["AutoMapper", "MediatR", "Dapper", "MassTransit", "Moq", "NSubstitute", "FakeItEasy", "Microsoft.EntityFrameworkCore.Sqlite", "Microsoft.EntityFrameworkCore.InMemory"];

    [Fact]
    public void Contracts_stands_on_nothing() =>
        Tree.Projects.Where(p => p.Folder == Contracts).SelectMany(p => p.References.Concat(p.PackageNames).Select(r => $"{p.Path}:1: references {r}")).ShouldBeNone();

    [Fact]
    public void Kernel_references_only_Contracts() => References(p => p.Folder == Kernel, Contracts).ShouldBeNone();

    [Fact]
    public void A_module_references_only_Kernel_and_Contracts() => References(p => p.IsModule, Kernel, Contracts).ShouldBeNone();

    [Fact]
    public void Only_tests_and_benchmarks_reference_Host() =>
        Tree.Projects.Where(p => p.Path.StartsWith("src/", StringComparison.Ordinal) && p.References.Contains(Host)).Select(p => $"{p.Path}:1: references {Host}").ShouldBeNone();

    [Fact]
    public void Only_Host_is_an_executable() =>
        Tree.Files(".csproj").Where(f => f.In("src") && !f.In(Host) && (f.Text.Contains("Microsoft.NET.Sdk.Web\"", StringComparison.Ordinal) || f.Text.Contains("<OutputType>Exe", StringComparison.Ordinal)))
            .Select(f => $"{f.Path}:1: a library belongs here").ShouldBeNone();

    [Fact]
    public void Code_outside_Host_names_no_module_but_its_own()
    {
        var names = Tree.Projects.Where(p => p.IsModule).Select(p => Path.GetFileName(p.Folder)).ToList();
        if (names.Count == 0) return;
        var named = new Regex($@"\bEstoSpaces\.(?<module>{string.Join('|', names)})\b");
        Tree.Code.Where(f => f.In("src") && !f.In(Host)).SelectMany(f => named.Matches(f.Code)
            .Where(m => !f.In($"{Modules}/{m.Groups["module"].Value}")).Select(m => f.At(m.Index, $"{m.Value} is another module"))).ShouldBeNone();
    }

    [Fact]
    public void Every_vendor_has_one_home() =>
        Vendors.SelectMany(vendor =>
            Tree.Projects.Where(p => p.Path.StartsWith("src/", StringComparison.Ordinal) && p.PackageNames.Any(n => Within(n, vendor.Package)) && !AtHome(p.Path, vendor.Homes))
                .Select(p => $"{p.Path}:1: {vendor.Package} belongs to {string.Join(", ", vendor.Homes)}")
            .Concat(Tree.Code.Where(f => f.In("src") && !AtHome(f.Path, vendor.Homes))
                .SelectMany(f => Using(vendor.Namespace).Matches(f.Code).Select(m => f.At(m.Index, $"{vendor.Namespace} belongs to {string.Join(", ", vendor.Homes)}"))))).ShouldBeNone();

    [Fact]
    public void No_package_does_what_we_decided_against() =>
        Tree.Projects.SelectMany(p => p.PackageNames.Where(n => Unwanted.Any(u => Within(n, u))).Select(n => $"{p.Path}:1: {n}")).ShouldBeNone();

    [Fact]
    public void Package_versions_stand_in_one_file() =>
        Tree.Projects.SelectMany(p => p.Packages.Where(x => x.Attribute("Version") is not null || x.Attribute("VersionOverride") is not null || x.Element("Version") is not null)
            .Select(x => $"{p.Path}:1: the version of {x.Attribute("Include")?.Value} belongs in Directory.Packages.props")).ShouldBeNone();

    [Fact]
    public void Every_project_is_locked() =>
        Tree.Projects.Where(p => !Tree.Has($"{p.Folder}/packages.lock.json")).Select(p => $"{p.Path}:1: commit its packages.lock.json (dotnet restore makes it)").ShouldBeNone();

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Tree.Read("EstoSpaces.slnx").Replace('\\', '/');
        Tree.Projects.Where(p => !solution.Contains($"\"{p.Path}\"", StringComparison.Ordinal)).Select(p => $"EstoSpaces.slnx:1: {p.Path} is missing").ShouldBeNone();
    }

    [Fact]
    public void Lock_files_name_no_registry() =>
        Tree.Files("package-lock.json", "packages.lock.json").SelectMany(f => f.Matches(f.Text, RegistryAddress(), "npm and NuGet choose the registry, not the lock")).ShouldBeNone();

    [Fact]
    public void No_file_names_a_path_of_one_machine() =>
        Tree.Files().SelectMany(f => f.Matches(f.Text, MachinePath(), "say it from the repository's root")).ShouldBeNone();

    private static IEnumerable<string> References(Func<Project, bool> which, params string[] allowed) =>
        Tree.Projects.Where(which).SelectMany(p => p.References.Where(r => !allowed.Contains(r)).Select(r => $"{p.Path}:1: references {r}; may only: {string.Join(", ", allowed)}"));

    private static bool Within(string name, string vendor) => name == vendor || name.StartsWith(vendor + ".", StringComparison.Ordinal);

    private static bool AtHome(string path, string[] homes) => homes.Any(h => path.StartsWith(h + "/", StringComparison.Ordinal));

    private static Regex Using(string name) => new($@"(?:^|\n)\s*@?(?:global\s+)?using\s+(?:static\s+)?{Regex.Escape(name)}\b[^;\n]*");

    [GeneratedRegex(@"""resolved""\s*:\s*""http[^""]*|https?://(?:registry\.|api\.nuget|[^""\s/]*(?:artifactory|nexus|proxy))[^""\s]*")]
    private static partial Regex RegistryAddress();

    // Written apart, so that this file is not a finding itself.
    [GeneratedRegex(@"(?<![\w.~:/-])/(?:wo" + @"rk|fa" + @"rm)/\w|/tmp/ro" + @"oms\b|(?<![\w.])/Users/\w+/|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
