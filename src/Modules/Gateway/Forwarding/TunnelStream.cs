using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EstoSpaces.Gateway;

/// <summary>
/// The client's side of a WebSocket that stands through the gateway. Bytes pass as they are; only the frames (RFC 6455) that go to the client are counted, so that a close frame can be
/// put between two of them: the way to tell a client to come again, when the instance or the gateway is about to stop, without cutting a message in two.
/// </summary>
internal sealed class TunnelStream(Stream client, Action abort) : Stream
{
    private static readonly byte[] ServiceRestart = [0x88, 0x02, 1012 >> 8, 1012 & 0xff];
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly CancellationTokenSource tooLate = new();
    private FrameCounter frames;
    private volatile bool leaving;
    private bool closed;

    /// <summary>At the next end of a frame the client gets a close frame (1012, service restart) and nothing after it. Its answer ends the socket; without one it is cut after five seconds.</summary>
    public void AskToLeave()
    {
        if (leaving) return;
        leaving = true;
        try
        {
            tooLate.Token.Register(abort);
            tooLate.CancelAfter(LeaveWithin);
        }
        catch (ObjectDisposedException) { return; } // it is over already
        _ = LeaveNowAsync();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken ct = default)
    {
        await gate.WaitAsync(ct);
        try
        {
            if (closed) return;
            if (!leaving)
            {
                frames.Count(buffer.Span);
                await client.WriteAsync(buffer, ct);
                return;
            }
            var upToEnd = frames.CountToEndOfFrame(buffer.Span);
            await client.WriteAsync(buffer[..upToEnd], ct);
            await CloseAtEndOfFrameAsync(ct);
        }
        finally { gate.Release(); }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) => client.ReadAsync(buffer, ct);
    public override Task FlushAsync(CancellationToken ct) => client.FlushAsync(ct);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) tooLate.Dispose();
        base.Dispose(disposing);
    }

    private async Task LeaveNowAsync()
    {
        try
        {
            await gate.WaitAsync(tooLate.Token);
            try { await CloseAtEndOfFrameAsync(tooLate.Token); }
            finally { gate.Release(); }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException) { abort(); } // the client has gone
    }

    private async Task CloseAtEndOfFrameAsync(CancellationToken ct)
    {
        if (closed || !frames.IsAtEnd) return;
        closed = true;
        await client.WriteAsync(ServiceRestart, ct);
        await client.FlushAsync(ct);
    }
}

/// <summary>Gives the forwarder a stream of ours in the place of the client's.</summary>
internal sealed class TunnelUpgrade(IHttpUpgradeFeature inner, HttpContext http, Destination destination) : IHttpUpgradeFeature
{
    public TunnelStream? Tunnel { get; private set; }
    public IHttpUpgradeFeature Inner => inner;
    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync()
    {
        Tunnel = new TunnelStream(await inner.UpgradeAsync(), http.Abort);
        destination.Add(Tunnel);
        return Tunnel;
    }
}
