using System.Text.Json;
using System.Text.Json.Serialization;

namespace EstoSpaces.Kernel.Events;

/// <summary>An event on the wire: CloudEvents 1.0, JSON format, with the extensions sequence, correlationid, causationid and traceparent.</summary>
public sealed record EventEnvelope
{
    [JsonPropertyName("specversion")] public string SpecVersion { get; init; } = "1.0";
    [JsonPropertyName("id")] public required Guid Id { get; init; }
    [JsonPropertyName("source")] public required string Source { get; init; }
    [JsonPropertyName("type")] public required string Type { get; init; }
    [JsonPropertyName("subject")] public required string Subject { get; init; }
    [JsonPropertyName("time")] public required DateTimeOffset Time { get; init; }
    [JsonPropertyName("datacontenttype")] public string DataContentType { get; init; } = "application/json";

    /// <summary>Counts the facts of one subject from 1, without gaps.</summary>
    [JsonPropertyName("sequence")] public required long Sequence { get; init; }

    /// <summary>The request that all of it began with.</summary>
    [JsonPropertyName("correlationid")] public string? CorrelationId { get; init; }

    /// <summary>The event or request that led to this one.</summary>
    [JsonPropertyName("causationid")] public string? CausationId { get; init; }

    [JsonPropertyName("traceparent")] public string? TraceParent { get; init; }
    /// <summary>How often it was put back to be published again. Not on the wire: it keeps the bus from taking a replay for a duplicate.</summary>
    [JsonIgnore] public int Replay { get; init; }

    [JsonPropertyName("data")] public required JsonElement Data { get; init; }
}
