using Microsoft.Extensions.Logging;

namespace EstoSpaces.Media;

static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "image worker {ProcessId} started with {Library}")]
    public static partial void WorkerStarted(ILogger logger, int processId, string library);

    [LoggerMessage(2, LogLevel.Warning, "pictures cannot be processed: {Reason}")]
    public static partial void LibraryMissing(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Warning, "an image worker {Reason} and was ended")]
    public static partial void WorkerFailed(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Debug, "image worker {ProcessId}: {Line}")]
    public static partial void WorkerSaid(ILogger logger, int processId, string line);

    [LoggerMessage(5, LogLevel.Information, "a picture was refused as {Code}: {Detail}")]
    public static partial void PictureRefused(ILogger logger, string code, string? detail);

    [LoggerMessage(6, LogLevel.Warning, "processing of {Content} failed at attempt {Attempt}: a worker {Reason}")]
    public static partial void ProcessingFailed(ILogger logger, Guid content, int attempt, string reason);

    [LoggerMessage(7, LogLevel.Error, "the original of {Content} is not in the store")]
    public static partial void OriginalMissing(ILogger logger, Guid content);

    [LoggerMessage(8, LogLevel.Warning, "the processing queue could not be worked on; it is tried again")]
    public static partial void QueueTrouble(ILogger logger, Exception error);
}
