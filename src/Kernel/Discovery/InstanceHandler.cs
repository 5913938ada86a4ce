using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>
/// Sends a request to an instance of a module. When no connection comes about, the next instance gets it, whatever the method: nothing had been sent; when that was the last that is known,
/// the directory looks again first. One that says it is leaving is not asked again while there is another. A failure after that is the caller's to judge.
/// Throws <see cref="HttpRequestException"/> when no instance is known or none could be connected to.
/// </summary>
public sealed class InstanceHandler(InstanceChoice choice) : DelegatingHandler
{
    private const int Most = 3;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        List<Instance>? tried = null;
        var instance = await choice.NextAsync(null, ct) ?? throw new HttpRequestException(HttpRequestError.ConnectionError, $"no instance of {choice.Module} is known");
        while (true)
        {
            Aim(request, instance.Address);
            try
            {
                var response = await base.SendAsync(request, ct);
                if (response.Headers.Contains(Draining.Header)) choice.PassOver(instance);
                else choice.Answered(instance);
                return response;
            }
            catch (Exception e) when (NothingWasSent(e, ct))
            {
                choice.PassOver(instance);
                (tried ??= []).Add(instance);
                if (tried.Count == Most || await choice.NextAsync(tried, ct) is not { } other) throw;
                instance = other;
            }
        }
    }

    private static void Aim(HttpRequestMessage request, Uri address)
    {
        var wanted = request.RequestUri!;
        if (wanted.Port != address.Port || wanted.Host != address.Host || wanted.Scheme != address.Scheme) request.RequestUri = new Uri(address, wanted.PathAndQuery);
    }

    // The time to connect running out comes as a cancellation that holds a timeout; the caller's own cancellation does not.
    private static bool NothingWasSent(Exception e, CancellationToken ct) =>
        e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError }
        || (e is OperationCanceledException { InnerException: TimeoutException } && !ct.IsCancellationRequested);
}
