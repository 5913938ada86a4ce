using System.Text.RegularExpressions;
using Xunit;

namespace EstoSpaces.Style.Tests;

/// <summary>A refusal code is part of the interface: snake_case, stable, and explained in docs/errors.md.</summary>
public sealed partial class RefusalTests
{
    private static IEnumerable<(string Code, string Place)> Made => Tree.Code.Where(f => f.In("src")).SelectMany(Rules.RefusalCodes);

    [Fact]
    public void Every_refusal_code_is_snake_case() =>
        Made.Where(c => !SnakeCase().IsMatch(c.Code)).Select(c => $"{c.Place}\"{c.Code}\" is not snake_case").ShouldBeNone();

    [Fact]
    public void Every_refusal_code_is_explained_in_the_docs()
    {
        var explained = ListedCode().Matches(Tree.Read("docs/errors.md")).Select(m => m.Groups["code"].Value).ToHashSet();
        Made.Where(c => SnakeCase().IsMatch(c.Code) && !explained.Contains(c.Code))
            .Select(c => $"{c.Place}{c.Code} is not listed in docs/errors.md (npm run errors adds it)").ShouldBeNone();
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$")]
    private static partial Regex SnakeCase();

    [GeneratedRegex(@"^\|\s*`(?<code>[a-z0-9_]+)`", RegexOptions.Multiline)]
    private static partial Regex ListedCode();
}
