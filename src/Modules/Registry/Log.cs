using Microsoft.Extensions.Logging;

namespace EstoSpaces.Registry;

internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Self-preservation: {Seen} of {Expected} renewals in the last minute. Nothing is evicted until they come again.")]
    public static partial void Preserving(ILogger log, int seen, int expected);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Self-preservation ended: {Seen} of {Expected} renewals in the last minute.")]
    public static partial void PreservingNoLonger(ILogger log, int seen, int expected);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Count} instances were not renewed and are evicted.")]
    public static partial void Evicted(ILogger log, int count);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "The registry at {Peer} does not take what is replicated to it; tried again until it does. {Why}")]
    public static partial void PeerAway(ILogger log, Uri peer, string why);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "The registry at {Peer} takes what is replicated to it.")]
    public static partial void PeerThere(ILogger log, Uri peer);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "{Count} instances were taken over from the registry at {Peer}.")]
    public static partial void TakenOver(ILogger log, int count, Uri peer);
}
