using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EstoSpaces.Kernel.Identity;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>
/// Calls the registry by Eureka's REST interface. Of several servers the one that answered last is asked first, the next when it does not answer: two seconds to connect, five for the
/// answer. Throws <see cref="HttpRequestException"/> when none of them does. In place of Steeltoe.Discovery.Eureka, which the package feed lacks.
/// </summary>
public sealed class RegistryClient(IReadOnlyList<RegistryAddress> servers, ServiceTokens tokens) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(2), AutomaticDecompression = DecompressionMethods.GZip, UseCookies = false, AllowAutoRedirect = false,
    })
    { Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = 32 << 20 };

    private int preferred;

    /// <summary>Registers an instance of an application; the body is Eureka's {"instance": …}.</summary>
    public async Task RegisterAsync(string app, byte[] instance, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Post, $"apps/{Uri.EscapeDataString(app)}", instance, ct);
        if (response.IsSuccessStatusCode) return;
        var why = await response.Content.ReadAsStringAsync(ct);
        throw new HttpRequestException($"the registry refused the registration with {(int)response.StatusCode} {why[..Math.Min(why.Length, 300)]}", null, response.StatusCode);
    }

    /// <summary>Renews the lease; false when the registry wants the instance to register anew.</summary>
    public async Task<bool> RenewAsync(string app, string id, string status, long lastDirtyTimestamp, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Put, $"apps/{Uri.EscapeDataString(app)}/{Uri.EscapeDataString(id)}?status={status}&lastDirtyTimestamp={lastDirtyTimestamp}", null, ct);
        if (response.StatusCode == HttpStatusCode.NotFound) return false;
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"the registry refused the renewal with {(int)response.StatusCode}", null, response.StatusCode);
        return true;
    }

    /// <summary>Gives the lease back.</summary>
    public async Task CancelAsync(string app, string id, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Delete, $"apps/{Uri.EscapeDataString(app)}/{Uri.EscapeDataString(id)}", null, ct);
    }

    /// <summary>All applications, or what changed in the last minutes. Throws <see cref="JsonException"/> for what is not Eureka's answer.</summary>
    public async Task<Fetched> FetchAsync(bool delta, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Get, delta ? "apps/delta" : "apps", null, ct);
        if (!response.IsSuccessStatusCode) throw new HttpRequestException($"the registry answered {(int)response.StatusCode}", null, response.StatusCode);
        return Fetched.Parse(await response.Content.ReadAsByteArrayAsync(ct));
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken ct)
    {
        var first = Volatile.Read(ref preferred);
        for (var i = 0; ; i++)
        {
            var server = servers[(first + i) % servers.Count];
            using var request = new HttpRequestMessage(method, new Uri(server.Root, path));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            server.Authorize(request, tokens);
            if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            try
            {
                var response = await http.SendAsync(request, ct);
                if ((int)response.StatusCode < 500 || i == servers.Count - 1)
                {
                    Volatile.Write(ref preferred, (first + i) % servers.Count);
                    return response;
                }
                response.Dispose();
            }
            catch (HttpRequestException) when (i < servers.Count - 1) { continue; }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                if (i == servers.Count - 1) throw new HttpRequestException($"the registry at {server.Root} did not answer in time", e);
            }
        }
    }
}

/// <summary>An instance in a registry's answer. The address is null when it has no port that is on, or no host that could be one.</summary>
public sealed record FetchedInstance(string App, string Id, string Status, bool Deleted, Uri? Address);

/// <summary>A registry's answer: what it lists, and the hash of all that it knows.</summary>
public sealed record Fetched(string Hash, IReadOnlyList<FetchedInstance> Instances)
{
    /// <summary>Reads Eureka's JSON, in which a list of one may stand without brackets. Throws <see cref="JsonException"/>.</summary>
    public static Fetched Parse(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        try
        {
            var root = document.RootElement.GetProperty("applications");
            var instances = new List<FetchedInstance>();
            foreach (var app in Each(root, "application"))
                foreach (var instance in Each(app, "instance"))
                    instances.Add(Read(instance, TextOf(app, "name") ?? TextOf(instance, "app") ?? ""));
            return new Fetched(TextOf(root, "apps__hashcode") ?? "", instances);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException) { throw new JsonException("this is not a registry's answer", e); }
    }

    /// <summary>The hash that a registry with instances in these states tells.</summary>
    public static string HashOf(IEnumerable<string> statuses)
    {
        var hash = new StringBuilder();
        foreach (var status in statuses.GroupBy(s => s).OrderBy(g => g.Key, StringComparer.Ordinal)) hash.Append(status.Key).Append('_').Append(status.Count()).Append('_');
        return hash.ToString();
    }

    private static FetchedInstance Read(JsonElement instance, string app)
    {
        var host = TextOf(instance, "hostName") ?? "";
        return new FetchedInstance(app.ToUpperInvariant(), TextOf(instance, "instanceId") ?? host, TextOf(instance, "status") ?? "UNKNOWN", TextOf(instance, "actionType") == "DELETED",
            AddressOf("http", host, instance, "port", true) ?? AddressOf("https", host, instance, "securePort", false));
    }

    private static Uri? AddressOf(string scheme, string host, JsonElement instance, string field, bool usually)
    {
        if (!instance.TryGetProperty(field, out var port)) return null;
        var (number, enabled) = port.ValueKind == JsonValueKind.Object ? (TextOf(port, "$"), TextOf(port, "@enabled") ?? (usually ? "true" : "false")) : (port.ToString(), usually ? "true" : "false");
        if (!enabled.Equals("true", StringComparison.OrdinalIgnoreCase) || !int.TryParse(number, out var at) || at is <= 0 or > 65535 || Uri.CheckHostName(host) == UriHostNameType.Unknown) return null;
        return new UriBuilder(scheme, host, at).Uri;
    }

    private static IEnumerable<JsonElement> Each(JsonElement of, string name) =>
        !of.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? [] : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    private static string? TextOf(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;
}
