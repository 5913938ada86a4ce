using EstoSpaces.Auth;
using EstoSpaces.Kernel.Hosting;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

public sealed class PasswordRuleTests
{
    private static PasswordRules Rules(string environment) => new(new Settings(new Dictionary<string, string> { ["ENVIRONMENT"] = environment }));

    [Theory]
    [InlineData("test123", "password_too_short")]
    [InlineData("password", "password_too_common")]
    [InlineData("PassWord1", "password_too_common")]
    [InlineData("aaaaaaaabbbb", "password_too_common")]
    [InlineData("someone@example.com", "password_too_common")]
    [InlineData("EstoSpaces2026!", "password_too_common")]
    [InlineData("correct horse battery", null)]
    [InlineData("秘密の言葉は長い方", null)]
    public void In_production_short_and_common_passwords_are_refused(string password, string? code) => (Rules("production").Check(password, "someone@example.com")?.Code).ShouldBe(code);

    [Fact]
    public void In_production_a_good_password_passes() => Rules("production").Check("correct horse battery", "someone@example.com").ShouldBeNull();

    [Theory]
    [InlineData("test123", null)]
    [InlineData("test12", "password_too_short")]
    public void In_development_seven_characters_are_enough(string password, string? code) => (Rules("development").Check(password, "someone@example.com")?.Code).ShouldBe(code);
}
