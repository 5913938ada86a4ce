using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using EstoSpaces.Registry.Slices;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Registry;

/// <summary>
/// Owns who runs where: leases of instances, by the Eureka REST interface, so that clients made for Eureka understand it; the peers it replicates to; a page that shows it all.
/// Refuses to own their health (an instance says itself how it is), to be asked on the way of a request (clients know by heart what it told them), to keep anything on disk,
/// and to be reached through the gateway. Lives by the system's time, not by the product's: nobody is evicted because a test moved a booking.
/// </summary>
public sealed class RegistryModule(TimeProvider? time = null) : IModule
{
    private readonly TimeProvider clock = time ?? TimeProvider.System;

    public ModuleFacts Facts { get; } = new("registry", "eureka-server", 8761) { MaxBodyBytes = ReplicateBatch.MostBytes };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton(Access.From(context.Settings));
        services.PostConfigure<AuthenticationOptions>(options => options.DefaultScheme = null); // Access says who may, and no users come here
        services.AddSingleton(new LeaseBook(clock));
        services.AddSingleton(provider => new Answers(provider.GetRequiredService<LeaseBook>(), clock));
        services.AddSingleton<RegistryMetrics>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PeerNodes>(provider, clock));
        services.AddHostedService(provider => provider.GetRequiredService<PeerNodes>());
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Evictions>(provider, clock));
    }

    public void Map(WebApplication app)
    {
        app.Services.GetRequiredService<RegistryMetrics>().Observe(app.Services.GetRequiredService<LeaseBook>(), app.Services.GetRequiredService<PeerNodes>());
        var access = app.Services.GetRequiredService<Access>();
        foreach (var prefix in (string[])["/eureka", "/eureka/v2"])
        {
            var eureka = app.MapGroup(prefix);
            eureka.AddEndpointFilter(access.CheckAsync).ExcludeFromDescription();
            RegisterInstance.Map(eureka, clock);
            RenewLease.Map(eureka);
            CancelLease.Map(eureka);
            ReadInstances.Map(eureka);
            DecideStatus.Map(eureka);
            ChangeMetadata.Map(eureka);
            ReplicateBatch.Map(eureka, clock);
        }
        var page = app.MapGroup("/");
        page.AddEndpointFilter(access.CheckAsync).ExcludeFromDescription();
        ShowDashboard.Map(page, clock);
    }
}
