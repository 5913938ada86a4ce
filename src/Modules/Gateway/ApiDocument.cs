using System.Text.Json.Nodes;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Gateway;

/// <summary>The OpenAPI documents of all modules as one. A module that does not answer is left out and named in the description.</summary>
internal sealed class ApiDocument(ModuleContext context, IHttpClientFactory clients)
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(30);
    private (DateTimeOffset Until, JsonObject Document)? kept;

    public async Task<JsonObject> GetAsync(CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (kept is { } k && k.Until > now) return k.Document;
        var modules = context.Product.Where(f => f.Serves.Any(s => s.StartsWith("/api/", StringComparison.Ordinal))).ToList();
        var documents = await Task.WhenAll(modules.Select(f => FetchAsync(f, ct)));
        var merged = Merge(documents.Where(d => d.Document is not null).Select(d => (d.Facts, d.Document!)), documents.Where(d => d.Document is null).Select(d => d.Facts.Service));
        if (documents.All(d => d.Document is not null)) kept = (now + KeepFor, merged);
        return merged;
    }

    private async Task<(ModuleFacts Facts, JsonObject? Document)> FetchAsync(ModuleFacts facts, CancellationToken ct)
    {
        foreach (var instance in context.Directory.InstancesOf(facts.Name))
            try
            {
                using var http = clients.CreateClient("openapi");
                return (facts, JsonNode.Parse(await http.GetStringAsync(new Uri(instance.Address, "/openapi/v1.json"), ct))!.AsObject());
            }
            catch (HttpRequestException) { continue; }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested) { continue; }
        return (facts, null);
    }

    private JsonObject Merge(IEnumerable<(ModuleFacts Facts, JsonObject Document)> documents, IEnumerable<string> missing)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        foreach (var (facts, document) in documents)
        {
            // Two modules may name a schema alike: each gets its module's name before it, unless they are the same to the letter.
            var text = document.ToJsonString();
            foreach (var (name, schema) in document["components"]?["schemas"]?.AsObject() ?? [])
                if (schemas.TryGetPropertyValue(name, out var other) && other!.ToJsonString() != schema!.ToJsonString())
                    text = text.Replace($"#/components/schemas/{name}\"", $"#/components/schemas/{facts.Name}_{name}\"").Replace($"\"{name}\":{{", $"\"{facts.Name}_{name}\":{{");
            var own = JsonNode.Parse(text)!.AsObject();
            foreach (var (name, schema) in own["components"]?["schemas"]?.AsObject() ?? []) schemas[name] = schema?.DeepClone();
            foreach (var (path, item) in own["paths"]?.AsObject() ?? [])
                if (facts.Serves.Any(s => path.StartsWith(s.TrimEnd('*', '/'), StringComparison.Ordinal))) paths[path] = item?.DeepClone();
        }
        var away = string.Join(", ", missing);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "EstoSpaces API", ["version"] = "v1", ["description"] = "A property-rental marketplace. Errors are RFC 9457 problem details with a stable code." + (away.Length > 0 ? $" Not answering right now: {away}." : "") },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = context.Settings["PUBLIC_API_URL"] }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" } },
            },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
        };
    }
}
