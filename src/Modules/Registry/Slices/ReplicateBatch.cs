using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>A peer tells what happened there, many things at once; each is answered as it would be alone. Nothing of it is told on.</summary>
internal static class ReplicateBatch
{
    public const int MostBytes = 8 << 20;

    public static void Map(RouteGroupBuilder eureka, TimeProvider clock) =>
        eureka.MapPost("/peerreplication/batch", (HttpRequest request, LeaseBook book, PeerNodes peers, CancellationToken ct) => Handle(request, book, peers, clock, ct));

    private static async Task<IResult> Handle(HttpRequest request, LeaseBook book, PeerNodes peers, TimeProvider clock, CancellationToken ct)
    {
        request.HttpContext.Response.Headers[PeerNodes.IdentityHeader] = peers.Identity;
        var body = await Bodies.ReadAsync(request, MostBytes, ct);
        if (body.Refused) return body.Refusal.ToProblem();
        var answer = new Element("");
        foreach (var entry in body.Value.Children.Where(c => c.Name == "replicationList"))
        {
            var (status, entity) = Apply(entry, book, clock.GetUtcNow());
            answer.Add(new Element("responseList") { Repeats = true }.Add(Element.Number("statusCode", status), entity));
        }
        if (answer.Children.Count == 0) answer.Add(new Element("responseList") { Repeats = true, IsEmptyList = true });
        return Results.Bytes(Format.WriteFields(answer), Format.ContentType(Form.Json));
    }

    private static (int Status, Element? Entity) Apply(Element entry, LeaseBook book, DateTimeOffset now)
    {
        var key = new InstanceKey((entry.TextOf("appName") ?? "").ToUpperInvariant(), entry.TextOf("id") ?? "");
        var dirty = Times.Parse(entry.TextOf("lastDirtyTimestamp"));
        var status = Statuses.Parse(entry.TextOf("status"));
        switch (entry.TextOf("action"))
        {
            case nameof(PeerActionKind.Register):
                var info = InstanceReading.Read(entry["instanceInfo"]?["instance"] ?? entry["instanceInfo"] ?? new Element("instance"), key.App, now);
                return (info.Refused || book.Register(info.Value).Refused ? 400 : 204, null);
            case nameof(PeerActionKind.Heartbeat):
                var renewal = book.Renew(key, dirty, fromPeer: true);
                return !renewal.Known ? (404, null) : renewal.Newer is { } newer ? (409, InstanceWriting.Instance(newer with { Status = newer.Info.Status }, Form.Json, name: "responseEntity")) : (200, null);
            case nameof(PeerActionKind.Cancel):
                return (book.Cancel(key) ? 200 : 404, null);
            case nameof(PeerActionKind.StatusUpdate) when status is { } decided:
                return (book.Decide(key, decided, null, dirty) ? 200 : 404, null);
            case nameof(PeerActionKind.DeleteStatusOverride):
                return (book.Decide(key, InstanceStatus.Unknown, status, dirty) ? 200 : 404, null);
            default:
                return (400, null);
        }
    }
}
