using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>The stream's word that a message is stored.</summary>
public sealed record NatsAck(string Stream, long Sequence, bool Duplicate);

/// <summary>Where a delivered message stands, read from the subject that its acknowledgement goes to.</summary>
public readonly record struct NatsDelivery(long StreamSequence, int Delivered)
{
    /// <summary>$JS.ACK.stream.consumer.delivered.stream-sequence.consumer-sequence.time.pending, or with domain and account after ACK. Null: not a delivery of a consumer.</summary>
    public static NatsDelivery? Of(NatsMessage message)
    {
        if (message.Reply is not { } reply || !reply.StartsWith("$JS.ACK.", StringComparison.Ordinal)) return null;
        var words = reply.Split('.');
        var shift = words.Length >= 11 ? 2 : 0;
        return words.Length >= 9 && int.TryParse(words[4 + shift], NumberStyles.None, CultureInfo.InvariantCulture, out var delivered) && long.TryParse(words[5 + shift], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new NatsDelivery(sequence, delivered) : null;
    }
}

/// <summary>JetStream over a connection: its JSON interface on $JS.API, and publishing with acknowledgement.</summary>
public static class JetStream
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks the interface. Throws <see cref="JetStreamException"/> for its errors, <see cref="NatsNoRespondersException"/> where JetStream is off, <see cref="TimeoutException"/>.</summary>
    public static async Task<JsonNode> AskAsync(this NatsLink link, string subject, JsonNode? body, CancellationToken ct)
    {
        var answer = await link.RequestAsync("$JS.API." + subject, body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body), Patience, default, ct);
        try
        {
            var json = JsonNode.Parse(answer.Data.Span) ?? throw new NatsProtocolException($"{subject} answered with nothing");
            return json["error"] is { } error ? throw new JetStreamException((int?)error["code"] ?? 0, (int?)error["err_code"] ?? 0, (string?)error["description"] ?? "") : json;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) { throw new NatsProtocolException($"{subject} answered with something that can't be read"); }
    }

    /// <summary>Returns when the stream has stored it. Throws <see cref="NatsException"/> or <see cref="TimeoutException"/>: then it may be stored or not.</summary>
    public static async Task<NatsAck> StoreAsync(this NatsLink link, string subject, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> headers, CancellationToken ct) =>
        Read(await link.RequestAsync(subject, data, Patience, headers, ct));

    private static NatsAck Read(NatsMessage answer)
    {
        var (stream, sequence, duplicate) = ("", 0L, false);
        try
        {
            var reader = new Utf8JsonReader(answer.Data.Span);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals("error"u8))
                {
                    var error = JsonNode.Parse(answer.Data.Span)!["error"]!;
                    throw new JetStreamException((int?)error["code"] ?? 0, (int?)error["err_code"] ?? 0, (string?)error["description"] ?? "");
                }
                if (reader.ValueTextEquals("stream"u8)) stream = reader.Read() ? reader.GetString()! : "";
                else if (reader.ValueTextEquals("seq"u8)) sequence = reader.Read() ? reader.GetInt64() : 0;
                else if (reader.ValueTextEquals("duplicate"u8)) duplicate = reader.Read() && reader.GetBoolean();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) { throw new NatsProtocolException("an acknowledgement that can't be read"); }
        // Somebody who is no stream may listen on the subject and answer.
        return stream.Length > 0 && sequence > 0 ? new NatsAck(stream, sequence, duplicate) : throw new NatsProtocolException("an acknowledgement that names no stream");
    }
}
