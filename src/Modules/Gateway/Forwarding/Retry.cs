using System.Buffers;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EstoSpaces.Gateway;

/// <summary>What became of an attempt, as far as trying again is concerned.</summary>
internal enum Attempt
{
    /// <summary>No connection came about: nothing was sent.</summary>
    NothingSent,

    /// <summary>The connection broke after the request was sent and before an answer came: nobody knows whether it was done.</summary>
    Broken,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The client went away, or sent what can't be taken.</summary>
    Client,
}

/// <summary>When repeating is safe, and what is kept to be able to.</summary>
internal static class Retry
{
    public const int MostAttempts = 3;
    private const int KeepAtMost = 64 << 10;

    public static Attempt Judge(HttpContext http, ForwarderError error, Exception? exception) => error switch
    {
        ForwarderError.NoAvailableDestinations => Attempt.NothingSent,
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.UpgradeRequestCanceled when http.RequestAborted.IsCancellationRequested => Attempt.Client,
        ForwarderError.RequestBodyClient => Attempt.Client,
        _ when NothingWasSent(exception) => Attempt.NothingSent,
        ForwarderError.RequestTimedOut or ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.UpgradeRequestCanceled => Attempt.TimedOut,
        _ => Attempt.Broken,
    };

    /// <summary>A broken connection may be repeated over when the method asks for nothing to be changed, or when the caller's key makes the module give its first answer again.</summary>
    public static bool IsSafe(HttpRequest request, bool isKept) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || (isKept && HttpMethods.IsPost(request.Method));

    /// <summary>Keeps the body of a POST with an Idempotency-Key when it is small. False when it is not such a request; its body is still to be read then.</summary>
    public static ValueTask<bool> KeepBodyAsync(HttpRequest request, CancellationToken ct) =>
        HttpMethods.IsPost(request.Method) && request.Headers.ContainsKey("Idempotency-Key") && !(request.ContentLength > KeepAtMost) ? TryKeepBodyAsync(request, ct) : new(false);

    private static async ValueTask<bool> TryKeepBodyAsync(HttpRequest request, CancellationToken ct)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.Buffer.Length > KeepAtMost || read.IsCanceled)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start); // looked at only: the forwarder reads it from its beginning
                return false;
            }
            if (!read.IsCompleted)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            var kept = new MemoryStream(read.Buffer.ToArray(), writable: false);
            request.BodyReader.AdvanceTo(read.Buffer.End); // else the server takes the body for unread, and closes the connection
            request.Body = kept;
            return true;
        }
    }

    /// <summary>As it was before the attempt.</summary>
    public static void Rewind(HttpContext http, bool isKept)
    {
        if (isKept) http.Request.Body.Position = 0;
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Features.Set<IForwarderErrorFeature>(null);
    }

    // The time to connect running out comes as a cancellation that holds a timeout.
    private static bool NothingWasSent(Exception? e) =>
        e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
        || e is OperationCanceledException { InnerException: TimeoutException };
}
