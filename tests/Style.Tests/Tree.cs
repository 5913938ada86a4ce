using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shouldly;

namespace EstoSpaces.Style.Tests;

/// <summary>A file of the repository, with its path from the root in forward slashes.</summary>
internal sealed class SourceFile(string path, string text)
{
    private string? _code, _uncommented;

    public string Path { get; } = path;
    public string Text { get; } = text;
    public string Code => _code ??= SourceText.CodeOnly(Text);
    public string Uncommented => _uncommented ??= SourceText.WithoutComments(Text);
    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    public bool In(params string[] folders) => folders.Any(f => Path.StartsWith(f + "/", StringComparison.Ordinal));

    /// <summary>One finding for each match, as file:line and the matched text.</summary>
    public IEnumerable<string> Matches(string text, Regex banned, string why) =>
        banned.Matches(text).Select(m => At(m.Index, $"{Regex.Replace(m.Value, @"\s+", " ").Trim()}: {why}"));

    public string At(int index, string finding) => $"{Path}:{Text.AsSpan(0, index).Count('\n') + 1}: {finding}";
}

/// <summary>The repository as it lies on disk, without what is built, fetched or kept beside it.</summary>
internal static class Tree
{
    private static readonly HashSet<string> Outside = ["bin", "obj", "node_modules", ".git", ".data", "dist", "TestResults", "BenchmarkDotNet.Artifacts", ".vs", ".idea", "artifacts"];
    private static readonly HashSet<string> TextEndings =
        [".cs", ".razor", ".csproj", ".props", ".targets", ".slnx", ".sql", ".json", ".js", ".mjs", ".css", ".html", ".md", ".sh", ".sol", ".toml", ".yml", ".yaml", ".txt", ""];

    public static string Root { get; } = FindRoot();

    private static readonly Lazy<List<string>> Paths = new(() => [.. Walk(Root).Order(StringComparer.Ordinal)]);

    public static IEnumerable<SourceFile> Files(params string[] endings) =>
        Paths.Value.Where(p => endings.Length == 0 ? TextEndings.Contains(Path.GetExtension(p)) : endings.Any(e => p.EndsWith(e, StringComparison.Ordinal)))
            .Select(p => new SourceFile(p, File.ReadAllText(Path.Combine(Root, p)).ReplaceLineEndings("\n")));

    public static IEnumerable<SourceFile> CSharp => Files(".cs");

    /// <summary>C# and what is C# in a page.</summary>
    public static IEnumerable<SourceFile> Code => Files(".cs", ".razor");

    public static IEnumerable<Project> Projects => Files(".csproj").Select(f => new Project(f));

    public static bool Has(string path) => File.Exists(Path.Combine(Root, path));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory)) yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        foreach (var inner in Directory.EnumerateDirectories(directory))
            if (!Outside.Contains(Path.GetFileName(inner)) && new DirectoryInfo(inner).LinkTarget is null)
                foreach (var file in Walk(inner)) yield return file;
    }

    private static string FindRoot()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Directory.Packages.props")) && Directory.Exists(Path.Combine(d.FullName, "src"))) return d.FullName;
        throw new InvalidOperationException("The tests must run inside the repository.");
    }
}

/// <summary>A project file: where it is and what it stands on.</summary>
internal sealed class Project(SourceFile file)
{
    private readonly XDocument _xml = XDocument.Parse(file.Text);

    public string Path => file.Path;
    public string Folder => System.IO.Path.GetDirectoryName(file.Path)!.Replace('\\', '/');
    public IEnumerable<XElement> Packages => _xml.Descendants("PackageReference");
    public IEnumerable<string> PackageNames => Packages.Select(p => (string?)p.Attribute("Include") ?? (string?)p.Attribute("Update") ?? "");

    /// <summary>The folders of the projects referenced, from the root.</summary>
    public IEnumerable<string> References => _xml.Descendants("ProjectReference").Select(r => (string)r.Attribute("Include")!)
        .Select(r => System.IO.Path.GetRelativePath(Tree.Root, System.IO.Path.GetFullPath(System.IO.Path.Combine(Tree.Root, Folder, r.Replace('\\', '/')))))
        .Select(r => System.IO.Path.GetDirectoryName(r)!.Replace('\\', '/'));

    public bool IsModule => Path.StartsWith("src/Modules/", StringComparison.Ordinal);
}

internal static class Findings
{
    /// <summary>Fails with every finding on a line of its own, so that one run tells all that is to be mended.</summary>
    public static void ShouldBeNone(this IEnumerable<string> findings)
    {
        var list = findings.ToList();
        list.Count.ShouldBe(0, "\n" + string.Join("\n", list) + "\n");
    }
}
