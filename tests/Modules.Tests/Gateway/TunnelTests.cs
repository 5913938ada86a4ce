using System.Net.WebSockets;
using System.Text;
using EstoSpaces.Gateway;
using EstoSpaces.Testing;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>WebSockets through the gateway: they pass as they are, and are told to come again before they would be cut.</summary>
public sealed class TunnelTests
{
    private const WebSocketCloseStatus ServiceRestart = (WebSocketCloseStatus)1012;

    [Fact]
    public async Task Messages_of_all_sizes_pass_both_ways()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        using var socket = await OpenAsync(all);
        foreach (var size in new[] { 0, 1, 125, 126, 65_535, 65_536, 300_000 }) (await EchoAsync(socket, new string('x', size))).Length.ShouldBe(size);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    [Fact]
    public async Task Sockets_of_an_instance_that_is_not_named_any_more_are_told_to_come_again_and_find_another()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        var (_, other) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        using var socket = await OpenAsync(all);
        (await EchoAsync(socket, "hello")).ShouldBe("hello");
        all.Directory.Set("things", other.Address);
        await ShouldBeSentAwayAsync(socket);
        await app.StopAsync();
        using var next = await OpenAsync(all);
        (await EchoAsync(next, "again")).ShouldBe("again");
    }

    [Fact]
    public async Task Sockets_of_an_instance_that_says_it_is_leaving_are_told_to_come_again()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        var (_, other) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        using var socket = await OpenAsync(all);
        all.Directory.Set("things", app.Address, other.Address);
        app.BeginToDrain();
        await ShouldBeSentAwayAsync(socket);
    }

    [Fact]
    public async Task A_gateway_that_stops_tells_its_sockets_first_and_does_not_wait_for_those_that_do_not_listen()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        using var socket = await OpenAsync(all);
        using var deaf = await OpenAsync(all);
        (await EchoAsync(socket, "hello")).ShouldBe("hello");
        var stopping = all.Gateway.StopAsync();
        await ShouldBeSentAwayAsync(socket);
        await stopping.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Under_a_stream_of_messages_the_last_one_before_the_close_is_whole()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        using var socket = await OpenAsync(all);
        var message = Encoding.UTF8.GetBytes(new string('m', 50_000));
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested && socket.State == WebSocketState.Open) await socket.SendAsync(message, WebSocketMessageType.Text, true, CancellationToken.None);
        });
        var (buffer, whole, bytes) = (new byte[16 << 10], 0, 0);
        while (await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } got)
        {
            bytes += got.Count;
            if (!got.EndOfMessage) continue;
            bytes.ShouldBe(message.Length);
            bytes = 0;
            if (++whole == 20) all.Directory.Set("things");
        }
        bytes.ShouldBe(0);
        socket.CloseStatus.ShouldBe(ServiceRestart);
        await stop.CancelAsync();
        await Should.NotThrowAsync(async () =>
        {
            try { await sending; }
            catch (WebSocketException) { return; } // the socket ended under it
        });
    }

    [Fact]
    public void Frames_are_counted_right_however_they_are_cut() => Prop.ForAll(
        Gen.Choose(0, 3).SelectMany(kind => kind switch { 0 => Gen.Choose(0, 125), 1 => Gen.Choose(126, 400), 2 => Gen.Constant(65_536), _ => Gen.Constant(0) }).Zip(Gen.Elements(true, false)).ListOf(6).Zip(Gen.Choose(1, 300)).ToArbitrary(),
        plan =>
        {
            var (frames, cut) = plan;
            var bytes = new List<byte>();
            var ends = new HashSet<int> { 0 };
            foreach (var (length, masked) in frames)
            {
                bytes.AddRange(Frame(length, masked));
                ends.Add(bytes.Count);
            }
            var counter = new FrameCounter();
            for (var at = 0; at < bytes.Count;)
            {
                counter.IsAtEnd.ShouldBe(ends.Contains(at));
                var piece = bytes.Skip(at).Take(cut).ToArray();
                var taken = counter.CountToEndOfFrame(piece);
                if (!ends.Contains(at)) taken.ShouldBe(Math.Min(piece.Length, ends.Where(e => e > at).Min() - at));
                else taken.ShouldBe(0);
                counter.Count(piece.AsSpan(taken));
                at += piece.Length;
            }
            counter.IsAtEnd.ShouldBeTrue();
        }).QuickCheckThrowOnFailure();

    private static IEnumerable<byte> Frame(int length, bool masked)
    {
        var mask = masked ? 0x80 : 0;
        byte[] head = length < 126 ? [0x82, (byte)(length | mask)] : length < 65_536 ? [0x82, (byte)(126 | mask), (byte)(length >> 8), (byte)length]
            : [0x82, (byte)(127 | mask), 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];
        return head.Concat(masked ? [1, 2, 3, 4] : Array.Empty<byte>()).Concat(Enumerable.Repeat((byte)0xff, length));
    }

    private static async Task<ClientWebSocket> OpenAsync(GatewayWithThings all)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(all.Gateway.Address) { Scheme = "ws", Path = "/ws/things" }.Uri, CancellationToken.None);
        return socket;
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);
        var (buffer, answer) = (new byte[32 << 10], new StringBuilder());
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            answer.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
            if (got.EndOfMessage) return answer.ToString();
        }
    }

    private static async Task ShouldBeSentAwayAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        (await socket.ReceiveAsync(new byte[10].AsMemory(), deadline.Token)).MessageType.ShouldBe(WebSocketMessageType.Close);
        socket.CloseStatus.ShouldBe(ServiceRestart);
        await socket.CloseOutputAsync(ServiceRestart, null, deadline.Token);
    }
}
