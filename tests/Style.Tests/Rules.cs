using System.Text.RegularExpressions;

namespace EstoSpaces.Style.Tests;

/// <summary>Rules about one file: each answers its findings as file:line. Tested themselves in <see cref="RuleTests"/>.</summary>
internal static partial class Rules
{
    public const int LargestFileLines = 400;

    /// <summary>Real time is read at these places only; everywhere else a TimeProvider is handed in, so that the test clock moves all of the product.</summary>
    private static readonly string[] ClockHomes = ["src/Host", "src/Modules/Sandbox", "tests", "benchmarks"];
    private const string ProductClock = "src/Kernel/Hosting/ProductClock.cs";

    /// <summary>Words of the trade that only look like ours: a tax base is what a tax is a share of.</summary>
    private static readonly string[] FieldWords = ["TaxBase"];

    public static IEnumerable<string> Size(SourceFile file) =>
        file.Lines.Length > LargestFileLines ? [$"{file.Path}:{LargestFileLines + 1}: {file.Lines.Length} lines; at most {LargestFileLines}"] : [];

    public static IEnumerable<string> TypeNames(SourceFile file) =>
        TypeDeclaration().Matches(file.Code).Where(m => BannedName().IsMatch(m.Groups["name"].Value) && !FieldWords.Contains(m.Groups["name"].Value))
            .Select(m => file.At(m.Index, $"{m.Groups["name"].Value}: say what it is or does; not Manager, Helper, Util, Common, Base, Impl, Dto"));

    public static IEnumerable<string> Clock(SourceFile file)
    {
        foreach (var finding in file.Matches(file.Code, LocalTime(), "local time depends on the machine")) yield return finding;
        if (file.In(ClockHomes) || file.Path == ProductClock) yield break;
        foreach (var finding in file.Matches(file.Code, RealTime(), "take a TimeProvider")) yield return finding;
    }

    public static IEnumerable<string> Blocking(SourceFile file) =>
        file.Matches(file.Code, BlockingCall(), "nothing blocks on async");

    public static IEnumerable<string> Sleeps(SourceFile file) =>
        file.In("tests") ? file.Matches(file.Code, Delay(), "wait for a condition, or move the test clock") : [];

    public static IEnumerable<string> Catches(SourceFile file) =>
        file.Matches(file.Code, NamelessCatch(), "name the type").Concat(file.Matches(file.Code, SilentCatch(), "a caught Exception is acted on or thrown again"));

    public static IEnumerable<string> AsyncVoid(SourceFile file) =>
        file.Matches(file.Code, AsyncVoidMethod(), "nobody can wait for it or see it fail");

    public static IEnumerable<string> Regions(SourceFile file) =>
        file.Matches(file.Code, Region(), "split the file instead");

    public static IEnumerable<string> Skips(SourceFile file) =>
        file.In("tests") ? file.Matches(file.Code, SkippedTest(), "mend or delete the test") : [];

    public static IEnumerable<string> UnfinishedWords(SourceFile file) =>
        file.Matches(file.Text, UnfinishedWord(), "finish it, or open an issue");

    public static IEnumerable<string> TestNames(SourceFile file) =>
        TestMethod().Matches(file.Code).Where(m => !m.Groups["name"].Value.Contains('_'))
            .Select(m => file.At(m.Groups["name"].Index, $"{m.Groups["name"].Value}: a test is named as a sentence, Like_this_one"));

    /// <summary>The codes of refusals made in a file, with the place of each.</summary>
    public static IEnumerable<(string Code, string Place)> RefusalCodes(SourceFile file) =>
        RefusalCode().Matches(file.Uncommented).Select(m => (m.Groups["code"].Value, file.At(m.Groups["code"].Index, "")));

    /// <summary>The first comment of a module file: what it owns and refuses to own.</summary>
    public static IEnumerable<string> ModuleOpening(SourceFile file)
    {
        var opening = file.Lines.SkipWhile(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .TakeWhile(l => l.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Select(l => l.Trim().TrimStart('/').Trim()).Count(l => l is not ("" or "<summary>" or "</summary>"));
        return opening is >= 3 and <= 6 ? [] : [$"{file.Path}:1: opens with 3 to 6 lines of comment on what the module owns and refuses to own; has {opening}"];
    }

    [GeneratedRegex(@"\b(?:class|struct|interface|enum|record(?:\s+(?:class|struct))?)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("(?:Manager|Helpers?|Util|Utils|Utility|Utilities|Common|Base|Impl|Dtos?|DTOs?)$")]
    public static partial Regex BannedName();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.(?:Now|Today)\b")]
    private static partial Regex LocalTime();

    [GeneratedRegex(@"\bDateTime(?:Offset)?\.UtcNow\b")]
    private static partial Regex RealTime();

    [GeneratedRegex(@"\bThread\.Sleep\b|(?<=[\w)\]])\.Result\b(?!\s*[<(=]|\w)|\.Wait\s*\(\s*\)|\.GetAwaiter\(\)\s*\.GetResult\(\)|\bTask\.Wait(?:All|Any)\b")]
    private static partial Regex BlockingCall();

    [GeneratedRegex(@"\bTask\.Delay\b|\bWaitForTimeoutAsync\b")]
    private static partial Regex Delay();

    [GeneratedRegex(@"\bcatch\s*\{|\bcatch\s+when\b")]
    private static partial Regex NamelessCatch();

    [GeneratedRegex(@"\bcatch\s*\(\s*(?:System\.)?Exception(?:\s+\w+)?\s*\)\s*\{\s*\}")]
    private static partial Regex SilentCatch();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoidMethod();

    [GeneratedRegex(@"^\s*#\s*region\b", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\bSkip\s*=\s*|\bSkipUnless\s*=|\bSkipWhen\s*=")]
    private static partial Regex SkippedTest();

    // Written apart, so that this file is not a finding itself.
    [GeneratedRegex(@"\b(?:TO" + "DO|FIX" + "ME|HA" + "CK|XX" + @"X)\b|\bNotImplemented" + "Exception")]
    private static partial Regex UnfinishedWord();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\]]*\](?:\s*\[[^\]]*\])*\s*public\s+(?:async\s+)?[\w<>]+\s+(?<name>\w+)")]
    private static partial Regex TestMethod();

    [GeneratedRegex("""(?:\bnew\s+Refusal|\bRefusal\s*\.\s*\w+)\s*\(\s*(?:[Cc]ode\s*:\s*)?"(?<code>[^"]*)"|"(?<code>[^"]*)"\s*,\s*RefusalKind\s*\.|\bChecks\s*\.\s*That\s*\([^;]*?"(?<code>[a-z][a-z0-9]*(?:_[a-z0-9]+)+)"\s*,\s*\$?"|\bnew\s*\(\s*"(?<code>[a-z0-9_]+)"\s*,\s*RefusalKind""")]
    private static partial Regex RefusalCode();
}
