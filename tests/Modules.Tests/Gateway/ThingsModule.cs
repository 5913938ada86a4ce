using System.Net.WebSockets;
using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Modules.Tests.Gateway;

/// A module without a database, to stand behind the gateway: it counts what reaches it, and breaks off, is slow or echoes when asked to.
internal sealed class ThingsModule : IModule
{
    public static readonly ModuleFacts TheFacts = new("things", "thing-service", 0) { Serves = ["/api/v1/things", "/ws/things"], MaxBodyBytes = 1 << 20 };
    private int reached;
    private int underWay;

    public ModuleFacts Facts => TheFacts;
    public int Reached => Volatile.Read(ref reached);
    public int UnderWay => Volatile.Read(ref underWay);

    /// <summary>What happens to requests for /api/v1/things/switched.</summary>
    public volatile string Switch = "answer";

    /// <summary>What requests for /api/v1/things/held wait for.</summary>
    public TaskCompletionSource Held { get; } = new();

    public void AddServices(IServiceCollection services, ModuleContext context) { }

    public void Map(WebApplication app)
    {
        app.Use(async (http, next) =>
        {
            if (!http.Request.Path.StartsWithSegments("/api")) { await next(http); return; }
            Interlocked.Increment(ref reached);
            Interlocked.Increment(ref underWay);
            try { await next(http); }
            finally { Interlocked.Decrement(ref underWay); }
        });
        app.MapMethods("/api/v1/things/{**rest}", ["GET", "POST"], async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            var what = http.Request.Path.Value!.Split('/')[^1] is "switched" ? Switch : http.Request.Path.Value!.Split('/')[^1];
            if (what == "broken") { http.Abort(); return; }
            if (what == "silent")
            {
                var gone = new TaskCompletionSource();
                await using var _ = http.RequestAborted.Register(() => gone.TrySetResult());
                await gone.Task;
                return;
            }
            if (what == "held") await Held.Task;
            await http.Response.WriteAsJsonAsync(new { method = http.Request.Method, body, forwarded = http.Request.Headers["X-Forwarded-For"].ToString(), id = http.Request.Headers["X-Request-Id"].ToString() });
        });
        app.Map("/ws/things", EchoAsync);
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64 << 10];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } got)
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, http.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
    }
}
