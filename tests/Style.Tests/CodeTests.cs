using System.Text.RegularExpressions;
using Xunit;

namespace EstoSpaces.Style.Tests;

/// <summary>How the code reads: sizes, names, calls that are not made.</summary>
public sealed partial class CodeTests
{
    [Fact]
    public void No_file_is_longer_than_400_lines() => Tree.Code.SelectMany(Rules.Size).ShouldBeNone();

    [Fact]
    public void No_type_is_named_with_an_empty_word() => Tree.Code.SelectMany(Rules.TypeNames).ShouldBeNone();

    [Fact]
    public void No_file_or_folder_is_named_with_an_empty_word() =>
        Tree.Code.Where(f => Path.ChangeExtension(f.Path, null).Split('/', '.').Any(part => Rules.BannedName().IsMatch(part)))
            .Select(f => $"{f.Path}:1: say what it is or does").ShouldBeNone();

    [Fact]
    public void Only_the_product_clock_the_host_and_the_sandbox_read_the_real_time() => Tree.Code.SelectMany(Rules.Clock).ShouldBeNone();

    [Fact]
    public void Nothing_blocks_on_async() => Tree.Code.SelectMany(Rules.Blocking).ShouldBeNone();

    [Fact]
    public void No_test_sleeps() => Tree.CSharp.SelectMany(Rules.Sleeps).ShouldBeNone();

    [Fact]
    public void Every_catch_names_a_type_and_acts() => Tree.Code.SelectMany(Rules.Catches).ShouldBeNone();

    [Fact]
    public void No_method_is_async_void() => Tree.Code.SelectMany(Rules.AsyncVoid).ShouldBeNone();

    [Fact]
    public void No_file_has_regions() => Tree.CSharp.SelectMany(Rules.Regions).ShouldBeNone();

    [Fact]
    public void No_test_is_skipped() => Tree.CSharp.SelectMany(Rules.Skips).ShouldBeNone();

    [Fact]
    public void Every_test_is_named_as_a_sentence() => Tree.CSharp.Where(f => f.In("tests")).SelectMany(Rules.TestNames).ShouldBeNone();

    [Fact]
    public void Nothing_is_left_to_do_later() =>
        Tree.Files().Where(f => f.In("src", "tests", "contracts", "scripts", "deploy", "benchmarks", "docs") || !f.Path.Contains('/'))
            .Where(f => !f.Path.EndsWith("package-lock.json", StringComparison.Ordinal)).SelectMany(Rules.UnfinishedWords).ShouldBeNone();

    [Fact]
    public void The_program_is_a_page_of_80_lines() =>
        Tree.Files("src/Host/Program.cs").Where(f => f.Lines.Length > 80).Select(f => $"{f.Path}:81: {f.Lines.Length} lines").ShouldBeNone();

    [Fact]
    public void Every_module_opens_with_what_it_owns_and_refuses_to_own() =>
        Tree.Files("Module.cs").Where(f => ModuleFile().IsMatch(f.Path)).SelectMany(Rules.ModuleOpening).ShouldBeNone();

    [Fact]
    public void Every_module_has_its_table_of_contents() =>
        Tree.Projects.Where(p => p.IsModule && !Tree.Has($"{p.Folder}/{Path.GetFileName(p.Folder)}Module.cs"))
            .Select(p => $"{p.Path}:1: {p.Folder}/{Path.GetFileName(p.Folder)}Module.cs is missing").ShouldBeNone();

    [Fact]
    public void Schema_files_are_numbered_without_gaps() =>
        Tree.Files(".sql").Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal) && f.Path.Contains("/Schema/", StringComparison.Ordinal))
            .GroupBy(f => Path.GetDirectoryName(f.Path)!.Replace('\\', '/')).SelectMany(schema => schema.OrderBy(f => f.Path, StringComparer.Ordinal).Select((file, index) =>
                SchemaFile().IsMatch(Path.GetFileName(file.Path)) && Path.GetFileName(file.Path).StartsWith($"{index + 1:0000}_", StringComparison.Ordinal)
                    ? "" : $"{file.Path}:1: expected {schema.Key}/{index + 1:0000}_what_it_does.sql")).Where(finding => finding != "").ShouldBeNone();

    [GeneratedRegex(@"^src/Modules/\w+/\w+Module\.cs$")]
    private static partial Regex ModuleFile();

    [GeneratedRegex(@"^\d{4}_[a-z0-9_]+\.sql$")]
    private static partial Regex SchemaFile();
}
