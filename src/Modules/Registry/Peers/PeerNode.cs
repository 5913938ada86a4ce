using System.Net.Http.Headers;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Wire;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Registry.Peers;

/// <summary>
/// Another registry of the same kind. It is told what happens here in batches, in order; while it is away the list waits, with one renewal an instance at most. A list that grows
/// without end is dropped: the peer then answers later renewals with "unknown", and is told the whole instance.
/// </summary>
internal sealed class PeerNode(RegistryAddress address, LeaseBook book, HttpClient http, ServiceTokens tokens, string self, TimeProvider clock, ILogger log)
{
    private const int MostPending = 20_000, MostAtOnce = 250;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly LinkedList<PeerAction> pending = new();
    private int failures;

    public Uri Address => address.Root;
    public bool IsSelf { get; private set; }

    /// <summary>Null before the first try.</summary>
    public bool? IsThere { get; private set; }

    public int Pending
    {
        get { lock (gate) return pending.Count; }
    }

    public void Tell(PeerAction action)
    {
        if (IsSelf) return;
        lock (gate)
        {
            if (pending.Count >= MostPending) pending.Clear();
            if (action.Kind == PeerActionKind.Heartbeat && failures > 0 && pending.Contains(action)) return;
            pending.AddLast(action);
            if (wake.CurrentCount == 0) wake.Release();
        }
    }

    public async Task RunAsync(CancellationToken ct)
    {
        while (!IsSelf)
        {
            if (Pending == 0) await wake.WaitAsync(ct);
            if (await SendAsync(ct))
            {
                failures = 0;
                if (IsThere != true) Log.PeerThere(log, Address);
                IsThere = true;
            }
            else
            {
                IsThere = false;
                failures = Math.Min(failures + 1, 10);
                var wait = TimeSpan.FromMilliseconds(Math.Min(Longest.TotalMilliseconds, 250 * Math.Pow(2, failures)) * (0.75 + Random.Shared.NextDouble() / 2));
                await Task.Delay(wait, ct);
            }
        }
    }

    /// <summary>All that a peer knows, or null when it does not answer within five seconds.</summary>
    public async Task<Element?> FetchAsync(CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "apps"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var response = await CallAsync(request, ct);
            return response.IsSuccessStatusCode ? Format.Read(await response.Content.ReadAsByteArrayAsync(ct), Form.Json) : null;
        }
        catch (Exception e) when (IsAbsence(e, ct)) { return null; }
    }

    private async Task<bool> SendAsync(CancellationToken ct)
    {
        List<PeerAction> batch;
        lock (gate) batch = [.. pending.Take(MostAtOnce)];
        var entries = batch.Select(a => (Action: a, Entry: a.Entry(book))).Where(e => e.Entry is not null).ToList();
        if (entries.Count > 0)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, "peerreplication/batch"));
            request.Content = new ByteArrayContent(Format.WriteFields(new Element("").Add([.. entries.Select(e => e.Entry)])));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.Add(PeerNodes.ReplicationHeader, "true");
            try
            {
                using var response = await CallAsync(request, ct);
                if (response.Headers.TryGetValues(PeerNodes.IdentityHeader, out var identity) && identity.Contains(self))
                {
                    IsSelf = true;
                    return true;
                }
                if (!response.IsSuccessStatusCode) return Away($"It answers {(int)response.StatusCode}.");
                Learn(entries.ConvertAll(e => e.Action), Format.Read(await response.Content.ReadAsByteArrayAsync(ct), Form.Json));
            }
            catch (Exception e) when (IsAbsence(e, ct)) { return Away(e.Message); }
        }
        lock (gate)
            foreach (var done in batch)
                if (pending.First?.Value == done) pending.RemoveFirst();
        return true;
    }

    /// <summary>A peer that does not know an instance is told all of it; one that knows a newer state tells it.</summary>
    private void Learn(List<PeerAction> sent, Element answer)
    {
        var results = answer.Children.Where(c => c.Name == "responseList").ToList();
        for (var i = 0; i < Math.Min(sent.Count, results.Count); i++)
        {
            var status = results[i].TextOf("statusCode");
            if (status == "404" && sent[i].Kind is PeerActionKind.Heartbeat or PeerActionKind.StatusUpdate or PeerActionKind.DeleteStatusOverride) Tell(PeerAction.Register(sent[i].Key));
            else if (status == "409" && results[i]["responseEntity"] is { } entity && InstanceReading.Read(entity["instance"] ?? entity, sent[i].Key.App, clock.GetUtcNow()) is { Refused: false } newer) _ = book.Register(newer.Value);
        }
    }

    private async Task<HttpResponseMessage> CallAsync(HttpRequestMessage request, CancellationToken ct)
    {
        address.Authorize(request, tokens);
        return await http.SendAsync(request, ct);
    }

    private bool Away(string why)
    {
        if (IsThere != false) Log.PeerAway(log, Address, why);
        return false;
    }

    private static bool IsAbsence(Exception e, CancellationToken ct) => e is HttpRequestException or IOException or FormatException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
