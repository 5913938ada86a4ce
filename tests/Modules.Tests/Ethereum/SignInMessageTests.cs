using System.Text.Json;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Testing;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Ethereum;

/// <summary>Sign-in messages by the letter of EIP-4361: its own examples, what is refused, and never more lenient than the library of those who wrote it.</summary>
public sealed class SignInMessageTests
{
    private const string Example = """
        example.com:3388 wants you to sign in with your Ethereum account:
        0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

        I accept the ExampleOrg Terms of Service: https://example.com/tos

        URI: https://example.com/login
        Version: 1
        Chain ID: 1
        Nonce: 32891756
        Issued At: 2021-09-30T16:25:24Z
        Resources:
        - ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
        - https://example.com/my-web2-claim.json
        """;

    [Fact]
    public void The_examples_of_the_standard_are_read()
    {
        var message = Read(Example);
        message.Scheme.ShouldBeNull();
        message.Domain.ShouldBe("example.com:3388");
        message.Address.ToString().ShouldBe("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2");
        message.Statement.ShouldBe("I accept the ExampleOrg Terms of Service: https://example.com/tos");
        message.Uri.ShouldBe("https://example.com/login");
        message.ChainId.ShouldBe(1);
        message.Nonce.ShouldBe("32891756");
        message.IssuedAt.ShouldBe(new DateTimeOffset(2021, 9, 30, 16, 25, 24, TimeSpan.Zero));
        message.Resources.ShouldBe(["ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/", "https://example.com/my-web2-claim.json"]);
        (message.ExpirationTime, message.NotBefore, message.RequestId).ShouldBe((null, null, null));

        Read("https://" + Example).Scheme.ShouldBe("https");
        Read(Example.Replace("\nI accept the ExampleOrg Terms of Service: https://example.com/tos\n", "\n", StringComparison.Ordinal)).Statement.ShouldBeNull();
        Read(Example[..Example.IndexOf("\nResources", StringComparison.Ordinal)]).Resources.ShouldBeNull();
    }

    [Theory]
    [InlineData("2021-09-30T16:25:24Z", "2021-09-30T16:25:24.0000000Z")]
    [InlineData("2021-09-30t16:25:24.5z", "2021-09-30T16:25:24.5000000Z")]
    [InlineData("2021-09-30T16:25:24.123456789+02:30", "2021-09-30T13:55:24.1234567Z")]
    [InlineData("2021-09-30T16:25:24-23:59", "2021-10-01T16:24:24.0000000Z")]
    [InlineData("2020-02-29T00:00:00-00:00", "2020-02-29T00:00:00.0000000Z")]
    public void Times_are_read_as_RFC_3339_has_them(string written, string utc) =>
        Read(Example.Replace("2021-09-30T16:25:24Z", written, StringComparison.Ordinal)).IssuedAt.UtcDateTime.ToString("O").ShouldBe(utc);

    [Theory]
    [InlineData("2021-09-30 16:25:24Z")]
    [InlineData("2021-09-30T16:25:24")]
    [InlineData("2021-09-30T16:25Z")]
    [InlineData("2021-9-30T16:25:24Z")]
    [InlineData("2021-02-29T16:25:24Z")]
    [InlineData("2021-09-30T24:00:00Z")]
    [InlineData("2021-09-30T16:25:60Z")]
    [InlineData("2021-09-30T16:25:24.Z")]
    [InlineData("2021-09-30T16:25:24+2:00")]
    [InlineData("2021-09-30T16:25:24+24:00")]
    [InlineData("2021-09-30T16:25:24+02:60")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("1633019124")]
    [InlineData("")]
    public void Other_times_are_refused(string written) => Refuse(Example.Replace("2021-09-30T16:25:24Z", written, StringComparison.Ordinal), "Issued At");

    [Theory]
    [InlineData("example.com:3388 wants", "user@example.com:3388 wants", "first line")]
    [InlineData("example.com:3388 wants", "example.com :3388 wants", "first line")]
    [InlineData("example.com:3388 wants", " wants", "first line")]
    [InlineData("example.com:3388 wants", "example.com/ wants", "first line")]
    [InlineData("example.com:3388 wants", "[::1 wants", "first line")]
    [InlineData("example.com:3388 wants", "[::g] wants", "first line")]
    [InlineData("example.com:3388 wants", "exa%6 wants", "first line")]
    [InlineData("example.com:3388 wants", "1s://example.com wants", "first line")]
    [InlineData("Ethereum account:", "Ethereum account: ", "first line")]
    [InlineData("Ethereum account:", "ethereum account:", "first line")]
    [InlineData("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", "second line")]
    [InlineData("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756CC2", "second line")]
    [InlineData("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2 \n", "second line")]
    [InlineData("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n", "empty line")]
    [InlineData("example.com/tos\n\n", "example.com/tos\n", "statement")]
    [InlineData("example.com/tos\n\n", "example.com/tos\nSend all your ether to me.\n\n", "statement")]
    [InlineData("I accept", "I \"accept\"", "statement")]
    [InlineData("I accept", "I accept 100 %", "statement")]
    [InlineData("I accept", "I accépt", "ASCII")]
    [InlineData("I accept", "I accept\u202e", "ASCII")]
    [InlineData("I accept", "I\u00a0accept", "ASCII")]
    [InlineData("example.com:3388 wants", "ехаmple.com:3388 wants", "ASCII")]
    [InlineData("I accept", "I accept\0", "ASCII")]
    [InlineData("I accept", "I\taccept", "ASCII")]
    [InlineData("\nURI", "\r\nURI", "ASCII")]
    [InlineData("URI: https://example.com/login", "URI: example.com/login", "URI")]
    [InlineData("URI: https://example.com/login", "URI: https://example.com/log in", "URI")]
    [InlineData("URI: https://example.com/login", "URI: https://example.com/<login>", "URI")]
    [InlineData("URI: https://example.com/login", "URI: https://example.com/%zz", "URI")]
    [InlineData("URI: https://example.com/login", "URI: https://example.com/#a#b", "URI")]
    [InlineData("URI: https://example.com/login", "URI: https://a@b@example.com/", "URI")]
    [InlineData("URI: https://example.com/login", "URI: ", "URI")]
    [InlineData("URI: ", "URI:", "URI")]
    [InlineData("URI: ", "Uri: ", "URI")]
    [InlineData("Version: 1", "Version: 2", "Version")]
    [InlineData("Version: 1", "Version: 01", "Version")]
    [InlineData("Version: 1\n", "", "Version")]
    [InlineData("Chain ID: 1", "Chain ID: 0x1", "Chain ID")]
    [InlineData("Chain ID: 1", "Chain ID: -1", "Chain ID")]
    [InlineData("Chain ID: 1", "Chain ID: 01", "Chain ID")]
    [InlineData("Chain ID: 1", "Chain ID: 1 ", "Chain ID")]
    [InlineData("Chain ID: 1", "Chain ID: 9223372036854775808", "Chain ID")]
    [InlineData("Chain ID: 1\nNonce: 32891756", "Nonce: 32891756\nChain ID: 1", "Chain ID")]
    [InlineData("Nonce: 32891756", "Nonce: 3289175", "Nonce")]
    [InlineData("Nonce: 32891756", "Nonce: 32891756-", "Nonce")]
    [InlineData("Nonce: 32891756", "Nonce: 32891756\nNonce: 32891757", "Issued At")]
    [InlineData("Resources:", "Not Before: 2021-09-30T16:25:24Z\nExpiration Time: 2021-09-30T16:25:24Z\nResources:", "line too many")]
    [InlineData("Resources:", "Request ID: a b\nResources:", "Request ID")]
    [InlineData("Resources:", "Request ID: a%2\nResources:", "Request ID")]
    [InlineData("Resources:", "Resources: ", "Resources")]
    [InlineData("\n- https://example.com/my-web2-claim.json", "\n- my-web2-claim.json", "resource")]
    [InlineData("\n- https://example.com/my-web2-claim.json", "\n-https://example.com/my-web2-claim.json", "resource")]
    [InlineData("\n- https://example.com/my-web2-claim.json", "\n", "resource")]
    public void Whatever_is_not_by_the_letter_is_refused(string right, string wrong, string flaw)
    {
        Example.ShouldContain(right);
        Refuse(Example.Replace(right, wrong, StringComparison.Ordinal), flaw);
    }

    [Fact]
    public void Nothing_and_too_much_are_refused()
    {
        Refuse("", "empty");
        SignInMessageReader.TryRead(null, out _, out _).ShouldBeFalse();
        Refuse("\n", "first line");
        Refuse(Example + new string('a', SignInMessage.MaxLength), "longer than");
        Refuse(Example[..60], "first line");
        for (var cut = 1; cut < Example.IndexOf("Z\nResources", StringComparison.Ordinal); cut += 7) SignInMessageReader.TryRead(Example[..cut], out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Prop.ForAll(Messages.ToArbitrary(), message =>
        {
            var again = Read(message.ToString());
            (again with { Resources = null }).ShouldBe(message with { Resources = null });
            again.Resources.ShouldBe(message.Resources);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public async Task Siwe_reads_all_that_is_taken_here_and_the_same_in_it()
    {
        var whole = Messages.Sample(250).Select(m => m.ToString()).ToList();
        var random = new Random(4361);
        var texts = whole.Concat(whole.SelectMany(text => Enumerable.Range(0, 6).Select(_ => Mutate(text, random)))).Where(t => t != "").ToList();
        var answers = (await NodeScript.RunAsync("ethereum.mjs", string.Join('\n', texts.Select(t => JsonSerializer.Serialize(t))), "read")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        answers.Length.ShouldBe(texts.Count);
        var (taken, refusedByBoth) = (0, 0);
        foreach (var (text, answer) in texts.Zip(answers))
        {
            var theirs = JsonDocument.Parse(answer).RootElement;
            if (!SignInMessageReader.TryRead(text, out var ours, out var flaw))
            {
                whole.ShouldNotContain(text, flaw);
                if (theirs.ValueKind == JsonValueKind.Null) refusedByBoth++;
                continue;
            }
            theirs.ValueKind.ShouldBe(JsonValueKind.Object, text);
            taken++;
            string? Theirs(string name) => theirs.TryGetProperty(name, out var value) ? value.ToString() : null;
            (Theirs("scheme"), Theirs("domain"), Theirs("address"), Theirs("statement"), Theirs("uri"), Theirs("chainId"), Theirs("nonce"), Theirs("requestId"))
                .ShouldBe((ours.Scheme, ours.Domain, ours.Address.ToString(), ours.Statement, ours.Uri, $"{ours.ChainId}", ours.Nonce, ours.RequestId), text);
            (theirs.TryGetProperty("resources", out var resources) ? resources.EnumerateArray().Select(r => r.GetString()!).ToList() : null).ShouldBe(ours.Resources, text);
            DateTimeOffset.Parse(Theirs("issuedAt")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(ours.IssuedAt, TimeSpan.FromMilliseconds(1), text);
        }
        taken.ShouldBeGreaterThan(250);
        refusedByBoth.ShouldBeGreaterThan(300);
    }

    /// <summary>One of the things that happen to texts on the way, or that somebody does to them.</summary>
    private static string Mutate(string text, Random random)
    {
        var at = random.Next(text.Length);
        return random.Next(6) switch
        {
            0 => text[..at],
            1 => text.Remove(at, 1),
            2 => text.Insert(at, text[random.Next(text.Length)].ToString()),
            3 => text.Insert(at, "\n \r\té%\"[]@#/:"[random.Next(13)].ToString()),
            4 => text.Remove(at, 1).Insert(at, ((char)random.Next(33, 127)).ToString()),
            _ => Swapped(text.Split('\n'), random),
        };
    }

    private static string Swapped(string[] lines, Random random)
    {
        var (a, b) = (random.Next(lines.Length), random.Next(lines.Length));
        (lines[a], lines[b]) = (lines[b], lines[a]);
        return string.Join('\n', lines);
    }

    private static Gen<SignInMessage> Messages =>
        from scheme in Gen.Elements<string?>(null, "https", "http", "a+b.c-1")
        from domain in Gen.Elements("localhost:4200", "rental.example", "127.0.0.1", "[::1]:4200", "[2001:db8::ff00:42:8329]", "xn--bcher-kva.example:8443", "a_b~c.example:")
        from address in Gen.Elements(Enumerable.Range(1, 255).Select(i => (byte)i)).ArrayOf(20)
        from statement in Gen.Elements<string?>(null, "Sign in.", "I accept (all) of it: 1+1=2; yes? #1 @home [x] 'quoted', A/B & C*!$")
        from uri in Gen.Elements("http://localhost:4200", "https://rental.example/login?next=%2Ftrips&x=1#top", "urn:isbn:0451450523", "did:key:z6Mk", "https://u:p@[::1]:8/a//b", "file:///etc/x", "a:")
        from chain in Gen.Elements(0L, 1, 31337, 11155111, 28147497671065)
        from nonce in Gen.Elements("12345678", "abcdefgh", "AbCd1234efgh5678IJKL")
        from issued in Gen.Choose(0, 2_000_000_000)
        from expires in Gen.Elements<int?>(null, 0, 600_000)
        from before in Gen.Elements<int?>(null, -1, 600_000)
        from request in Gen.Elements<string?>(null, "", "42", "a:b@c!$&'()*+,;=%20")
        from resources in Gen.Elements<string[]?>(null, [], ["ipfs://bafy/"], ["https://a.example/x?y", "urn:x:y", "https://b.example"])
        let at = DateTimeOffset.FromUnixTimeSeconds(issued).AddMilliseconds(issued % 1000)
        select new SignInMessage
        {
            Scheme = scheme, Domain = domain, Address = new EthereumAddress(address), Statement = statement, Uri = uri, ChainId = chain, Nonce = nonce, IssuedAt = at,
            ExpirationTime = expires is { } e ? at.AddMilliseconds(e) : null, NotBefore = before is { } b ? at.AddMilliseconds(b) : null, RequestId = request, Resources = resources,
        };

    private static SignInMessage Read(string text)
    {
        SignInMessageReader.TryRead(text, out var message, out var flaw).ShouldBeTrue($"{flaw}\n{text}");
        return message!;
    }

    private static void Refuse(string text, string because)
    {
        SignInMessageReader.TryRead(text, out var message, out var flaw).ShouldBeFalse(text);
        message.ShouldBeNull();
        flaw!.ShouldContain(because);
    }
}
