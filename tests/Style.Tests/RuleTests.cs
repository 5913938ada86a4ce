using Shouldly;
using Xunit;

namespace EstoSpaces.Style.Tests;

/// <summary>The rules themselves: a rule that sees nothing would pass for ever.</summary>
public sealed class RuleTests
{
    [Theory]
    [InlineData("var t = DateTime.Now;", true)]
    [InlineData("var t = DateTimeOffset.UtcNow;", true)]
    [InlineData("var t = clock.GetUtcNow();", false)]
    [InlineData("// DateTime.Now is wrong here", false)]
    [InlineData("""var s = "DateTime.Now";""", false)]
    [InlineData("""var s = $"{x} DateTime.Now {f("a}")} "; var t = DateTime.UtcNow;""", true)]
    public void The_clock_rule_sees_reads_of_the_real_clock(string code, bool banned) => Sees(Rules.Clock, code, banned);

    [Theory]
    [InlineData("var x = task.Result;", true)]
    [InlineData("var x = Get().Result.Name;", true)]
    [InlineData("task.Wait();", true)]
    [InlineData("task.GetAwaiter().GetResult();", true)]
    [InlineData("Thread.Sleep(5);", true)]
    [InlineData("Result<Booking> r = Results.Ok();", false)]
    [InlineData("return Outcome.Result<int>(5);", false)]
    [InlineData("await gate.WaitAsync(ct);", false)]
    public void The_blocking_rule_sees_waits(string code, bool banned) => Sees(Rules.Blocking, code, banned);

    [Theory]
    [InlineData("try { } catch { }", true)]
    [InlineData("try { } catch\n{ x(); }", true)]
    [InlineData("try { } catch (Exception) { }", true)]
    [InlineData("try { } catch (Exception e) { /* well */ }", true)]
    [InlineData("try { } catch (IOException) { }", false)]
    [InlineData("try { } catch (Exception e) { log(e); throw; }", false)]
    public void The_catch_rule_sees_nameless_and_silent_ones(string code, bool banned) => Sees(Rules.Catches, code, banned);

    [Theory]
    [InlineData("class BookingManager;", true)]
    [InlineData("public sealed record UserDto(int A);", true)]
    [InlineData("readonly record struct DateUtils;", true)]
    [InlineData("class Database;", false)]
    [InlineData("class BaseMap;", false)]
    public void The_name_rule_sees_empty_words(string code, bool banned) => Sees(Rules.TypeNames, code, banned);

    [Theory]
    [InlineData("""[Fact(Skip = "later")] public void A_test() { }""", true)]
    [InlineData("[Fact] public void A_test() { list.Skip(1); }", false)]
    public void The_skip_rule_sees_switched_off_tests(string code, bool banned) => Sees(Rules.Skips, code, banned, "tests/X/A.cs");

    [Theory]
    [InlineData("await Task.Delay(50);", true)]
    [InlineData("await Eventually(() => done);", false)]
    public void The_sleep_rule_sees_delays_in_tests(string code, bool banned) => Sees(Rules.Sleeps, code, banned, "tests/X/A.cs");

    [Theory]
    [InlineData("[Fact] public async Task Accepts() { }", true)]
    [InlineData("[Fact]\n    public async Task A_guest_accepts() { }", false)]
    public void The_test_name_rule_sees_single_words(string code, bool banned) => Sees(Rules.TestNames, code, banned, "tests/X/A.cs");

    [Theory]
    [InlineData("""return Refusal.Conflict("dates_taken", "Taken.");""", "dates_taken")]
    [InlineData("""return new Refusal("too_late", RefusalKind.Conflict, "x");""", "too_late")]
    [InlineData("""static readonly Refusal A = new("no_home", RefusalKind.NotFound, "x");""", "no_home")]
    [InlineData("""yield return Checks.That(kind is "a" or "b", "kind_unknown", "Say a or b.", "kind");""", "kind_unknown")]
    [InlineData("""// Refusal.Conflict("not_this", "x")""", null)]
    public void Refusal_codes_are_found_however_they_are_made(string code, string? expected) =>
        Rules.RefusalCodes(File(code)).Select(c => c.Code).Distinct().ShouldBe(expected is null ? [] : [expected]);

    [Fact]
    public void A_raw_string_hides_what_looks_like_code() =>
        SourceText.CodeOnly("var a = \"\"\"\n  catch { \"quoted\" }\n  \"\"\"; var b = 1;").ShouldContain("; var b = 1;");

    [Fact]
    public void A_finding_names_file_and_line() =>
        Rules.Clock(File("\n\nvar t = DateTime.Now;")).ShouldHaveSingleItem().ShouldStartWith("src/Modules/X/A.cs:3:");

    [Fact]
    public void A_module_without_its_opening_comment_is_seen()
    {
        Rules.ModuleOpening(File("namespace A;\n\npublic sealed class AModule;")).ShouldHaveSingleItem();
        Rules.ModuleOpening(File("namespace A;\n\n/// <summary>\n/// One.\n/// Two.\n/// Three.\n/// </summary>\npublic sealed class AModule;")).ShouldBeEmpty();
    }

    private static SourceFile File(string code, string path = "src/Modules/X/A.cs") => new(path, code);

    private static void Sees(Func<SourceFile, IEnumerable<string>> rule, string code, bool banned, string path = "src/Modules/X/A.cs") =>
        rule(File(code, path)).Any().ShouldBe(banned);
}
