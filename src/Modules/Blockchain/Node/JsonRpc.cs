using System.Net.Http.Headers;
using System.Text.Json;

namespace EstoSpaces.Blockchain.Node;

/// <summary>The node understood and said no. Data: for a call that would revert, the contract's error as 0x hex.</summary>
public sealed class NodeRefusedException(int code, string message, string? data) : Exception($"{message} ({code})")
{
    public int Code { get; } = code;
    public string? RevertData { get; } = data is { Length: > 2 } ? data : null;

    /// <summary>Whether the call would revert; other refusals are about the node, the nonce, the fees.</summary>
    public bool Reverts => RevertData is not null || Code == 3 || Message.Contains("revert", StringComparison.OrdinalIgnoreCase);
}

/// <summary>No answer can be had from the node: it is away, slow or broken.</summary>
public sealed class NodeUnavailableException(string message, Exception? inner = null) : HttpRequestException(message, inner);

/// <summary>JSON-RPC 2.0 over HTTP, each request with a deadline. Nothing is repeated here: who asks knows what may be asked again.</summary>
public sealed class JsonRpc(HttpClient http, Uri endpoint)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private long lastId;

    /// <summary>Answers the result. Throws <see cref="NodeRefusedException"/> and <see cref="NodeUnavailableException"/>.</summary>
    public async Task<JsonElement> CallAsync(string method, object?[] arguments, CancellationToken ct)
    {
        using var document = await PostAsync(new Request("2.0", Interlocked.Increment(ref lastId), method, arguments), ct);
        return Result(document.RootElement);
    }

    /// <summary>One HTTP request, many calls; answers come in the order of the calls. The first that was refused is thrown.</summary>
    public async Task<JsonElement[]> BatchAsync(IReadOnlyList<(string Method, object?[] Arguments)> calls, CancellationToken ct)
    {
        if (calls.Count == 0) return [];
        using var document = await PostAsync(calls.Select((call, i) => new Request("2.0", i, call.Method, call.Arguments)).ToArray(), ct);
        if (document.RootElement.ValueKind != JsonValueKind.Array || document.RootElement.GetArrayLength() != calls.Count) throw new NodeUnavailableException("the node does not answer batches");
        var results = new JsonElement[calls.Count];
        foreach (var answer in document.RootElement.EnumerateArray()) results[answer.GetProperty("id").GetInt32()] = Result(answer);
        return results;
    }

    private async Task<JsonDocument> PostAsync(object body, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Deadline);
        try
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, JsonSerializerOptions.Web));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await http.PostAsync(endpoint, content, deadline.Token);
            if (!response.IsSuccessStatusCode) throw new NodeUnavailableException($"the node answers {(int)response.StatusCode}");
            await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            return await JsonDocument.ParseAsync(stream, default, deadline.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested) { throw new NodeUnavailableException($"the node does not answer within {Deadline.TotalSeconds:F0} s", e); }
        catch (JsonException e) { throw new NodeUnavailableException("the node does not answer JSON", e); }
        catch (HttpRequestException e) when (e is not NodeUnavailableException) { throw new NodeUnavailableException($"the node can't be reached: {e.Message}", e); }
    }

    private static JsonElement Result(JsonElement answer)
    {
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
        {
            var data = error.TryGetProperty("data", out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
            throw new NodeRefusedException(error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString() ?? "", data);
        }
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("result", out var result) ? result.Clone() : throw new NodeUnavailableException("the node's answer is no JSON-RPC");
    }

    private sealed record Request(string Jsonrpc, long Id, string Method, object?[] Params);
}
