using System.Threading.Channels;

namespace EstoSpaces.Sandbox.Stripe.Webhooks;

/// <summary>Wakes the courier as soon as an event is committed. A ring that is missed costs only the next look.</summary>
internal sealed class WebhookBell
{
    readonly Channel<bool> rings = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Ring() => rings.Writer.TryWrite(true);

    /// <summary>Returns at a ring, or after the given time.</summary>
    public async Task Wait(TimeSpan atMost, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(atMost);
        try
        {
            await rings.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Nobody rang: time for the next look.
        }
    }
}
