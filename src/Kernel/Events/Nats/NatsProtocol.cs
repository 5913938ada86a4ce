using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>A message as it came: subject, where to answer, raw headers and body.</summary>
public sealed record NatsMessage(string Subject, string? Reply, ReadOnlyMemory<byte> Headers, ReadOnlyMemory<byte> Data)
{
    /// <summary>The number in the first header line that the server writes by itself: 100 heartbeat, 404 nothing there, 408 request expired, 409 conflict, 503 nobody listens. 0: an ordinary message.</summary>
    public int Status => Headers.Length > 12 && Headers.Span[8] == ' ' && Utf8Parser.TryParse(Headers.Span[9..12], out int status, out _) ? status : 0;

    /// <summary>The words after the status.</summary>
    public string StatusText => Headers.Length > 13 ? Encoding.UTF8.GetString(Headers.Span[12..]).Split("\r\n")[0].Trim() : "";
}

/// <summary>What a server says, one at a time.</summary>
internal enum NatsVerb { Message, Ping, Pong, Ok, Info, Error }

/// <summary>One thing the server said. <c>Text</c> is the rest of the line of Info and Error.</summary>
internal readonly record struct NatsFrame(NatsVerb Verb, long Sid = 0, NatsMessage? Message = null, string? Text = null);

/// <summary>The client protocol of NATS as text and bytes (docs.nats.io, "Client Protocol"). Reading refuses what is malformed or larger than we take, so that nothing a server sends makes memory grow.</summary>
internal static class NatsProtocol
{
    /// <summary>Longest line of a message's head. NATS itself allows 4,096 bytes by default.</summary>
    public const int MaxLine = 8 << 10;

    /// <summary>Longest INFO: it lists the cluster's servers.</summary>
    public const int MaxInfo = 64 << 10;

    /// <summary>Largest message we take; the servers' default maximum is 1 MiB.</summary>
    public const int MaxMessage = 8 << 20;

    /// <summary>Takes one frame off the front of the buffer. False: more bytes are needed. Throws <see cref="NatsProtocolException"/>.</summary>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out NatsFrame frame)
    {
        frame = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> whole, (byte)'\n'))
        {
            if (buffer.Length > MaxInfo || (buffer.Length > MaxLine && buffer.FirstSpan is not [(byte)'I' or (byte)'i', ..])) throw new NatsProtocolException($"a line of more than {buffer.Length} bytes");
            return false;
        }
        if (whole.Length > MaxInfo) throw new NatsProtocolException($"a line of {whole.Length} bytes");
        var line = whole.IsSingleSegment ? whole.FirstSpan : whole.ToArray();
        if (line is [.., (byte)'\r']) line = line[..^1];
        if (line.StartsWith("MSG "u8) || line.StartsWith("HMSG "u8))
        {
            if (!TryReadMessage(line, ref reader, out frame)) return false;
        }
        else if (line.StartsWith("PING"u8)) frame = new(NatsVerb.Ping);
        else if (line.StartsWith("PONG"u8)) frame = new(NatsVerb.Pong);
        else if (line.StartsWith("+OK"u8)) frame = new(NatsVerb.Ok);
        else if (line.StartsWith("INFO "u8)) frame = new(NatsVerb.Info, Text: Encoding.UTF8.GetString(line[5..]));
        else if (line.StartsWith("-ERR"u8)) frame = new(NatsVerb.Error, Text: Encoding.UTF8.GetString(line[4..]).Trim(' ', '\''));
        else throw new NatsProtocolException("a line that is not of the NATS protocol");
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    /// <summary>MSG subject sid [reply] bytes, or HMSG subject sid [reply] header-bytes bytes, and the bytes.</summary>
    private static bool TryReadMessage(ReadOnlySpan<byte> line, ref SequenceReader<byte> reader, out NatsFrame frame)
    {
        frame = default;
        if (line.Length > MaxLine) throw new NatsProtocolException($"a message's head of {line.Length} bytes");
        var withHeaders = line[0] == 'H';
        var rest = line[(withHeaders ? 5 : 4)..];
        Span<Range> parts = stackalloc Range[6];
        var count = Split(rest, parts);
        var least = withHeaders ? 4 : 3;
        if (count != least && count != least + 1) throw new NatsProtocolException("a message whose head has too few or too many words");
        var total = Number(rest[parts[count - 1]]);
        var headers = withHeaders ? Number(rest[parts[count - 2]]) : 0;
        if (total > MaxMessage || headers > total) throw new NatsProtocolException($"a message of {total} bytes with {headers} of headers");
        if (reader.Remaining < total + 2) return false;
        var body = new byte[total];
        reader.TryCopyTo(body);
        reader.Advance(total);
        if (!reader.TryRead(out var cr) || cr != '\r' || !reader.TryRead(out var lf) || lf != '\n') throw new NatsProtocolException("a message that does not end where its head says");
        var message = new NatsMessage(Encoding.UTF8.GetString(rest[parts[0]]), count > least ? Encoding.UTF8.GetString(rest[parts[2]]) : null, body.AsMemory(0, headers), body.AsMemory(headers));
        frame = new(NatsVerb.Message, Number(rest[parts[1]]), message);
        return true;
    }

    public static void Publish(IBufferWriter<byte> output, string subject, string? reply, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> data)
    {
        Text(output, headers.IsEmpty ? "PUB " : "HPUB ");
        Text(output, subject);
        if (reply is not null)
        {
            Text(output, " ");
            Text(output, reply);
        }
        if (!headers.IsEmpty) Number(output, headers.Length);
        Number(output, headers.Length + data.Length);
        output.Write("\r\n"u8);
        output.Write(headers);
        output.Write(data);
        output.Write("\r\n"u8);
    }

    public static void Text(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>The header block of one or several names and values. Throws for what would break out of its line.</summary>
    public static byte[] Headers(params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var text = new StringBuilder("NATS/1.0\r\n");
        foreach (var (name, value) in headers)
        {
            if (value.AsSpan().ContainsAny('\r', '\n')) throw new NatsException($"the value of {name} has a line break");
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>Subjects have no blanks: one would be read as the next word of the line.</summary>
    public static void MustBeSubject(string subject)
    {
        if (subject.Length == 0 || subject.AsSpan().ContainsAny(" \t\r\n")) throw new NatsException($"'{subject}' is no subject");
    }

    private static void Number(IBufferWriter<byte> output, int value)
    {
        var span = output.GetSpan(12);
        span[0] = (byte)' ';
        Utf8Formatter.TryFormat(value, span[1..], out var written);
        output.Advance(written + 1);
    }

    private static int Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out int value, out var used) && used == text.Length && value >= 0 ? value : throw new NatsProtocolException("a number that is none");

    private static int Split(ReadOnlySpan<byte> text, Span<Range> parts)
    {
        var (count, at) = (0, 0);
        while (at < text.Length)
        {
            while (at < text.Length && text[at] is (byte)' ' or (byte)'\t') at++;
            var start = at;
            while (at < text.Length && text[at] is not ((byte)' ' or (byte)'\t')) at++;
            if (at == start) break;
            if (count == parts.Length) return count + 1;
            parts[count++] = start..at;
        }
        return count;
    }
}
