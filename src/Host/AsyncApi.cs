using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host;

/// <summary>The document of all events (AsyncAPI 3.0): a channel for each type, who publishes and who hears it, and the JSON schema of what it carries, made from the records themselves.</summary>
public static class AsyncApi
{
    private static readonly JsonSerializerOptions Shapes = new(Wire.Json) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
    private static readonly JsonSchemaExporterOptions Exporter = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Shape };

    public static JsonObject Document(IReadOnlyList<ModuleFacts> modules)
    {
        var (channels, operations, messages, schemas) = (new JsonObject(), new JsonObject(), new JsonObject(), new JsonObject { ["Envelope"] = Envelope() });
        foreach (var (type, record) in EventTypes.All.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            var owner = modules.Single(m => m.Name == type.Split('.')[1]);
            schemas[record.Name] = Shapes.GetJsonSchemaAsNode(record, Exporter);
            messages[record.Name] = new JsonObject
            {
                ["name"] = type, ["title"] = Words(record.Name), ["contentType"] = "application/cloudevents+json",
                ["payload"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(Ref("#/components/schemas/Envelope"), new JsonObject
                    {
                        ["type"] = "object", ["required"] = new JsonArray("type", "data"),
                        ["properties"] = new JsonObject { ["type"] = new JsonObject { ["const"] = type }, ["data"] = Ref("#/components/schemas/" + record.Name) },
                    }),
                },
            };
            channels[type] = new JsonObject
            {
                ["address"] = type, ["title"] = Words(record.Name), ["description"] = $"Stream estospaces_{owner.Name} of NATS JetStream.",
                ["messages"] = new JsonObject { [record.Name] = Ref("#/components/messages/" + record.Name) },
            };
            Operation($"{owner.Name}.publishes.{record.Name}", "send", $"{owner.Service} publishes {type}");
            foreach (var module in modules.Where(m => m.Hears.Any(h => h.Type == type)).OrderBy(m => m.Name, StringComparer.Ordinal)) Operation($"{module.Name}.hears.{record.Name}", "receive", $"{module.Service} hears {type}");

            void Operation(string id, string action, string summary) => operations[id] = new JsonObject
            {
                ["action"] = action, ["summary"] = summary, ["channel"] = Ref("#/channels/" + type), ["messages"] = new JsonArray(Ref($"#/channels/{type}/messages/{record.Name}")),
            };
        }
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "EstoSpaces events", ["version"] = "1.0.0",
                ["description"] = "Facts that modules tell each other: CloudEvents 1.0 in JSON, at least once, those of one subject in their order. They only grow; a breaking change is a new version of the type.",
            },
            ["defaultContentType"] = "application/cloudevents+json",
            ["servers"] = new JsonObject { ["nats"] = new JsonObject { ["host"] = "localhost:4222", ["protocol"] = "nats", ["description"] = "NATS_URL" } },
            ["channels"] = channels, ["operations"] = operations, ["components"] = new JsonObject { ["messages"] = messages, ["schemas"] = schemas },
        };
    }

    /// <summary>The envelope every event travels in.</summary>
    private static JsonObject Envelope()
    {
        var optional = new Dictionary<string, string>
        {
            ["correlationid"] = "The request that all of it began with", ["causationid"] = "The event or request that led to this one", ["traceparent"] = "W3C trace context",
        };
        var properties = new JsonObject
        {
            ["specversion"] = new JsonObject { ["const"] = "1.0" },
            ["id"] = Text("uuid", "The same when it is delivered again"), ["source"] = Text("uri-reference", "/estospaces/ and the module"), ["type"] = Text(null, "Also the subject in NATS"),
            ["subject"] = Text(null, "The aggregate the fact is about"), ["time"] = Text("date-time", "When it happened"), ["datacontenttype"] = new JsonObject { ["const"] = "application/json" },
            ["sequence"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["description"] = "Counts the facts of one subject, without gaps" },
            ["data"] = new JsonObject { ["type"] = "object" },
        };
        foreach (var (name, meaning) in optional) properties[name] = Text(null, meaning);
        return new JsonObject
        {
            ["type"] = "object", ["properties"] = properties, ["required"] = new JsonArray("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "sequence", "data"),
        };
    }

    private static JsonObject Text(string? format, string description)
    {
        var text = new JsonObject { ["type"] = "string" };
        if (format is not null) text["format"] = format;
        text["description"] = description;
        return text;
    }

    /// <summary>What our converters write is told here; what may be null is left out on the wire, so it is optional and never null.</summary>
    private static JsonNode Shape(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(DateTimeOffset)) return new JsonObject { ["type"] = "string", ["format"] = "date-time" };
        if (type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>))) return new JsonObject { ["type"] = "string", ["format"] = "uuid" };
        if (schema is not JsonObject shape) return schema;
        if (shape["type"] is JsonArray several && several.Select(t => (string?)t).Where(t => t != "null").ToList() is [{ } only]) shape["type"] = only;
        if (shape["enum"] is JsonArray values)
        {
            foreach (var nothing in values.Where(v => v is null).ToList()) values.Remove(nothing);
            shape["type"] = "string";
        }
        if (shape["required"] is JsonArray required && context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            foreach (var name in required.Where(n => MayBeMissing(context.TypeInfo, (string)n!)).ToList()) required.Remove(name);
            if (required.Count == 0) shape.Remove("required");
        }
        return shape;
    }

    private static bool MayBeMissing(JsonTypeInfo type, string name) => type.Properties.First(p => p.Name == name) is { IsGetNullable: true };

    private static JsonObject Ref(string to) => new() { ["$ref"] = to };

    /// <summary>"BookingConfirmed" → "Booking confirmed".</summary>
    private static string Words(string name) => name[..1] + string.Concat(name[1..].Select(c => char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : c.ToString()));
}
