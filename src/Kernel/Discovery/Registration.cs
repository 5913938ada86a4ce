using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>
/// Keeps a module in the registry while it runs: registers once it listens, says UP when it is ready and DOWN when it no longer is, renews every 24 to 28 seconds, registers anew
/// when the registry forgot it, and leaves before the module stops taking requests. Nothing waits for it: without a registry the module works as well.
/// </summary>
public sealed partial class Registration(RegistryClient registry, ModuleContext context, IServiceProvider services, ILogger log)
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(30), UntilReady = TimeSpan.FromSeconds(2), LongestRetry = TimeSpan.FromSeconds(10), ToLeave = TimeSpan.FromSeconds(2);
    private readonly InstanceIdentity identity = InstanceIdentity.Of(context);
    private readonly CancellationTokenSource stop = new();
    private CancellationTokenRegistration drain;
    private Task? loop, leaving;
    private string status = "STARTING";
    private bool registered, told, wasReady;
    private long dirty;
    private int failures;

    /// <summary>Begins; on the way out of the process it leaves at once, so that others have noticed when the module stops.</summary>
    public void Start()
    {
        loop = Task.Run(() => RunAsync(stop.Token));
        drain = context.Draining.Begun.Register(() => leaving ??= LeaveOnceAsync());
    }

    /// <summary>Gives the lease back, within two seconds or not at all: then it ends by itself.</summary>
    public async Task LeaveAsync()
    {
        await drain.DisposeAsync();
        await (leaving ??= LeaveOnceAsync());
    }

    private async Task LeaveOnceAsync()
    {
        await stop.CancelAsync();
        if (loop is not null) await loop;
        if (told && failures == 0) // a registry that is away now would only hold up the stop
            try
            {
                using var deadline = new CancellationTokenSource(ToLeave);
                await registry.CancelAsync(identity.App, identity.Id, deadline.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException) { LogNotLeft(log, identity.Service, e.Message); }
        stop.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        try
        {
            // Nobody finds others by the registry here: it only shows them, and the start of all modules comes first.
            if (context.Directory is FixedDirectory) await Task.Delay(TimeSpan.FromSeconds(0.5 + Random.Shared.NextDouble() / 2), ct);
            while (true) await Task.Delay(await StepAsync(ct), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { return; }
    }

    /// <summary>Registers or renews, and answers how long to wait.</summary>
    private async Task<TimeSpan> StepAsync(CancellationToken ct)
    {
        var ready = await Readiness.IsReadyAsync(services, context, ct);
        wasReady |= ready;
        var now = ready ? "UP" : wasReady ? "DOWN" : "STARTING";
        if (now != status || dirty == 0) (status, dirty, registered) = (now, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), false);
        try
        {
            if (!registered || !await registry.RenewAsync(identity.App, identity.Id, status, dirty, ct))
            {
                told = true;
                await registry.RegisterAsync(identity.App, identity.Describe(status, dirty), ct);
                registered = true;
            }
            if (failures > 0) LogBack(log, identity.Service);
            failures = 0;
            // Always twice within a minute, whatever a step takes: the registry counts on it.
            return ready ? Renewal * (0.93 - Random.Shared.NextDouble() / 8) : UntilReady;
        }
        catch (HttpRequestException e)
        {
            if (failures++ == 0) LogAway(log, identity.Service, e.Message);
            return TimeSpan.FromSeconds(Math.Min(LongestRetry.TotalSeconds, Math.Pow(2, Math.Min(failures, 8)) / 2)) * (0.75 + Random.Shared.NextDouble() / 2);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} can't be registered: {Why}. It works on, and tries again.")]
    private static partial void LogAway(ILogger log, string service, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Service} is registered again.")]
    private static partial void LogBack(ILogger log, string service);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Service} left without the registry knowing: {Why}. Its lease will end.")]
    private static partial void LogNotLeft(ILogger log, string service, string why);
}
