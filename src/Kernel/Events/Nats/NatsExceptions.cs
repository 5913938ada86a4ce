namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>Something between us and NATS went wrong; trying again may help.</summary>
public class NatsException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The connection ended before the answer came. Whether the server did what was asked is unknown.</summary>
public sealed class NatsDisconnectedException(string reason) : NatsException($"the connection to NATS ended: {reason}");

/// <summary>Nobody listens there: the stream does not exist, or JetStream is not switched on.</summary>
public sealed class NatsNoRespondersException(string subject) : NatsException($"nobody answers {subject}");

/// <summary>What came is not the NATS protocol, or more of it than we take.</summary>
public sealed class NatsProtocolException(string message) : NatsException(message);

/// <summary>JetStream answered with an error: an HTTP-like code and NATS' own number of the error.</summary>
public sealed class JetStreamException(int code, int error, string description) : NatsException($"JetStream refused: {description} ({code}, {error})")
{
    public const int WrongLastSequence = 10071, StreamExists = 10058, StreamMissing = 10059, ConsumerMissing = 10014;

    public int Code => code;
    public int Error => error;
}

/// <summary>The server answers, but says nothing of a consumer that it should speak of every few seconds.</summary>
public sealed class NatsSilenceException(string stream, string consumer) : NatsException($"{stream}: the server gives no sign of life for {consumer}");
