using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>
/// Reads <see cref="SignInMessage"/> by the letter of EIP-4361's grammar, and nothing else: every line in its place, line feeds only, ASCII only, the address with its checksum. It takes less than the
/// grammar in five places where more could only deceive: no user info in the domain, no zeros in front of the chain's id, no empty statement, no leap seconds, and a limit to the length.
/// </summary>
public static partial class SignInMessageReader
{
    internal const string Greeting = " wants you to sign in with your Ethereum account:";

    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    private const string SubDelimiters = "!$&'()*+,;=";
    private static readonly SearchValues<char> StatementCharacters = SearchValues.Create(Unreserved + SubDelimiters + ":/?#[]@ ");
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(Unreserved + SubDelimiters + ":@%");
    private static readonly SearchValues<char> UriCharacters = SearchValues.Create(Unreserved + SubDelimiters + ":@%/?");

    /// <summary>False with the flaw, a sentence without anything of the message in it, when the text is no such message.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out SignInMessage? message, [NotNullWhen(false)] out string? flaw)
    {
        (message, flaw) = (null, null);
        if (string.IsNullOrEmpty(text)) flaw = "The message is empty.";
        else if (text.Length > SignInMessage.MaxLength) flaw = $"The message is longer than {SignInMessage.MaxLength} characters.";
        else if (text.AsSpan().ContainsAnyExceptInRange(' ', '~') && text.Any(c => c is not '\n' and (< ' ' or > '~'))) flaw = "The message has characters other than printable ASCII and line feeds.";
        if (flaw is not null) return false;

        var lines = new Lines(text!.Split('\n'));
        try
        {
            message = Read(lines);
            return true;
        }
        catch (FormatException e)
        {
            flaw = e.Message;
            return false;
        }
    }

    private static SignInMessage Read(Lines lines)
    {
        var head = Head().Match(lines.Next());
        if (!head.Success || !IsHost(head.Groups["domain"].Value)) throw new FormatException($"The first line is not '<domain>{Greeting}'.");
        if (!EthereumAddress.TryParseExact(lines.Next(), out var address)) throw new FormatException("The second line is not an address with its EIP-55 checksum.");
        if (lines.Next() != "") throw new FormatException("An empty line must follow the address.");
        var statement = lines.Next();
        if (statement != "" && (statement.AsSpan().ContainsAnyExcept(StatementCharacters) || lines.Next() != "")) throw new FormatException("The statement is one line of plain characters with an empty line after it.");

        var uri = lines.Field("URI: ");
        if (!IsUri(uri)) throw new FormatException("URI is not a URI of RFC 3986.");
        if (lines.Field("Version: ") != "1") throw new FormatException("Version is not 1.");
        var chain = lines.Field("Chain ID: ");
        if (!Whole().IsMatch(chain) || !long.TryParse(chain, NumberStyles.None, CultureInfo.InvariantCulture, out var chainId)) throw new FormatException("Chain ID is not a whole number.");
        var nonce = lines.Field("Nonce: ");
        if (nonce.Length < 8 || !nonce.All(char.IsAsciiLetterOrDigit)) throw new FormatException("Nonce is not eight or more letters and digits.");
        var message = new SignInMessage
        {
            Scheme = head.Groups["scheme"] is { Success: true } scheme ? scheme.Value : null, Domain = head.Groups["domain"].Value, Address = address, Statement = statement == "" ? null : statement,
            Uri = uri, ChainId = chainId, Nonce = nonce, IssuedAt = Time("Issued At", lines.Field("Issued At: ")),
            ExpirationTime = lines.MaybeField("Expiration Time: ") is { } expires ? Time("Expiration Time", expires) : null,
            NotBefore = lines.MaybeField("Not Before: ") is { } from ? Time("Not Before", from) : null,
            RequestId = lines.MaybeField("Request ID: ") is { } id ? RequestId(id) : null,
            Resources = lines.MaybeField("Resources:") is { } rest ? ReadResources(rest, lines) : null,
        };
        return lines.AtEnd ? message : throw new FormatException("There is a line too many, or one in the wrong place.");
    }

    private static string RequestId(string id) =>
        !id.AsSpan().ContainsAnyExcept(PathCharacters) && PercentsAreWhole(id) ? id : throw new FormatException("Request ID has characters that RFC 3986 does not allow there.");

    private static List<string> ReadResources(string rest, Lines lines)
    {
        if (rest != "") throw new FormatException("Nothing may follow 'Resources:' on its line.");
        var resources = new List<string>();
        while (!lines.AtEnd)
            resources.Add(lines.MaybeField("- ") is { } uri && IsUri(uri) ? uri : throw new FormatException("A resource is not a URI of RFC 3986 after '- '."));
        return resources;
    }

    /// <summary>RFC 3339's date-time. Fractions finer than .NET's ticks are cut off.</summary>
    private static DateTimeOffset Time(string field, string text)
    {
        var match = Rfc3339().Match(text);
        if (!match.Success || !DateTime.TryParseExact(match.Groups["local"].Value.ToUpperInvariant(), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            throw new FormatException($"{field} is not a time of RFC 3339.");
        var ticks = match.Groups["fraction"] is { Success: true } fraction ? long.Parse(fraction.Value.PadRight(7, '0')[..7], NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        var offset = match.Groups["hours"] is { Success: true } hours
            ? new TimeSpan(Number(hours), Number(match.Groups["minutes"]), 0) * (match.Groups["sign"].Value == "-" ? -1 : 1)
            : TimeSpan.Zero;
        var utc = local.Ticks + ticks - offset.Ticks;
        return utc >= 0 && utc <= DateTime.MaxValue.Ticks ? new DateTimeOffset(utc, TimeSpan.Zero) : throw new FormatException($"{field} is out of range.");
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Host and optional port of RFC 3986: a name, an IPv4 address or an IPv6 literal.</summary>
    private static bool IsHost(string text)
    {
        var match = HostAndPort().Match(text);
        return match.Success && PercentsAreWhole(text) && (!match.Groups["six"].Success || IsIpv6(match.Groups["six"].Value));
    }

    private static bool IsIpv6(string text) => !text.Contains('%') && System.Net.IPAddress.TryParse(text, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    private static bool IsUri(string text)
    {
        if (!PercentsAreWhole(text) || UriParts().Match(text) is not { Success: true } match) return false;
        if (match.Groups["authority"] is { Success: true } authority)
        {
            var at = authority.Value.LastIndexOf('@');
            if (at >= 0 && !UserInfo().IsMatch(authority.Value[..at])) return false;
            if (authority.Length > at + 1 && !IsHost(authority.Value[(at + 1)..])) return false;
        }
        return !match.Groups["rest"].ValueSpan.ContainsAnyExcept(UriCharacters) && !match.Groups["fragment"].ValueSpan.ContainsAnyExcept(UriCharacters);
    }

    private static bool PercentsAreWhole(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
        return true;
    }

    /// <summary>The lines from top to bottom, each read once.</summary>
    private sealed class Lines(string[] lines)
    {
        private int next;

        public bool AtEnd => next == lines.Length;

        public string Next() => AtEnd ? throw new FormatException("The message ends too early.") : lines[next++];

        public string Field(string name) => MaybeField(name) ?? throw new FormatException($"'{name.TrimEnd()}' is missing or in the wrong place.");

        public string? MaybeField(string name) => !AtEnd && lines[next].StartsWith(name, StringComparison.Ordinal) ? lines[next++][name.Length..] : null;
    }

    [GeneratedRegex(@"\A(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?<domain>\S+)" + Greeting + @"\z", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(@"\A(?:0|[1-9][0-9]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"\A(?<local>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?<fraction>[0-9]+))?(?:[Zz]|(?<sign>[+-])(?<hours>[01][0-9]|2[0-3]):(?<minutes>[0-5][0-9]))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();

    [GeneratedRegex(@"\A(?:\[(?<six>[0-9A-Fa-f:.]+)\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(?::[0-9]*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostAndPort();

    [GeneratedRegex(@"\A[A-Za-z0-9._~!$&'()*+,;=%:-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9+.-]*:(?://(?<authority>[^/?#]*))?(?<rest>[^#]*)(?:#(?<fragment>.*))?\z", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex UriParts();
}
