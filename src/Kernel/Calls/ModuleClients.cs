using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Observability;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace EstoSpaces.Kernel.Calls;

/// <summary>
/// Typed clients of other modules: each attempt goes to the next instance of the directory and has five seconds; GETs are tried three times. Every call carries a service token and
/// the request's id.
/// </summary>
public static class ModuleClients
{
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(5);

    public static void Register<TClient>(IServiceCollection services, ModuleContext context, string module) where TClient : class
    {
        var choice = new InstanceChoice(context.Directory, module, TimeProvider.System);
        services.AddHttpClient<TClient>(client =>
            {
                // The handler at the end aims at an instance; a module that the product doesn't have is away.
                client.BaseAddress = context.Addresses.GetValueOrDefault(module) ?? new Uri($"http://{module}");
                client.Timeout = TimeSpan.FromSeconds(20);
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(1), ConnectTimeout = TimeSpan.FromSeconds(2), UseCookies = false })
            .AddHttpMessageHandler(provider => new CallHandler(provider.GetRequiredService<ServiceTokens>(), module))
            .AddHttpMessageHandler(() => new InstanceHandler(choice));
    }

    private sealed class CallHandler(ServiceTokens tokens, string module) : DelegatingHandler
    {
        private static readonly ResiliencePipeline<HttpResponseMessage> Safe = Pipeline(3);
        private static readonly ResiliencePipeline<HttpResponseMessage> Once = Pipeline(1);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            request.Headers.Authorization = new("Bearer", tokens.For(module));
            if (RequestContext.CorrelationId is { } id) request.Headers.TryAddWithoutValidation("X-Request-Id", id);
            var pipeline = request.Method == HttpMethod.Get ? Safe : Once;
            try
            {
                return await pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), ct);
            }
            catch (TimeoutRejectedException e) { throw new TimeoutException($"{module} did not answer {request.RequestUri?.AbsolutePath} in time", e); }
        }

        private static ResiliencePipeline<HttpResponseMessage> Pipeline(int attempts)
        {
            var builder = new ResiliencePipelineBuilder<HttpResponseMessage>();
            if (attempts > 1)
                builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
                {
                    MaxRetryAttempts = attempts - 1, Delay = TimeSpan.FromMilliseconds(50), BackoffType = DelayBackoffType.Exponential, UseJitter = true,
                    ShouldHandle = new PredicateBuilder<HttpResponseMessage>().Handle<HttpRequestException>().Handle<TimeoutRejectedException>().HandleResult(r => (int)r.StatusCode is 502 or 503 or 504),
                });
            return builder.AddTimeout(Attempt).Build();
        }
    }
}
