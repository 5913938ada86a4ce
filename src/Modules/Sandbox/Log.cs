using Microsoft.Extensions.Logging;

namespace EstoSpaces.Sandbox;

static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The webhook courier could not reach its database; it tries again.")]
    public static partial void CourierStumbled(ILogger log, Exception failure);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Event {EventId} was not taken at attempt {Attempt}: {Status} {Answer}")]
    public static partial void DeliveryRefused(ILogger log, string eventId, int attempt, int? status, string answer);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "{Module} could not be told the product's new time.")]
    public static partial void ClockNotTold(ILogger log, Exception failure, string module);
}
