using System.Text.Json.Nodes;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>A module made ready to run: its web application, with everything that the Kernel gives to each.</summary>
public sealed class ModuleApp : IAsyncDisposable
{
    private readonly IModule module;
    private readonly ModuleContext context;
    private Registration? registration;

    private ModuleApp(IModule module, ModuleContext context, WebApplication web) => (this.module, this.context, Web) = (module, context, web);

    public WebApplication Web { get; }
    public ModuleFacts Facts => module.Facts;

    /// <summary>Builds the application. Nothing runs yet.</summary>
    public static ModuleApp Build(IModule module, ModuleContext context)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = "estospaces",
            EnvironmentName = context.Settings.IsProduction ? Environments.Production : Environments.Development,
            ContentRootPath = AppContext.BaseDirectory,
            Args = ["--hostBuilder:reloadConfigOnChange=false"], // else every application costs an inotify instance and a thread
        });
        builder.WebHost.UseUrls(context.ListenUrl).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = module.Facts.MaxBodyBytes;
        });
        builder.Services.Replace(ServiceDescriptor.Singleton(context.Loggers));
        AddKernel(builder.Services, module, context);
        module.AddServices(builder.Services, context);

        var web = builder.Build();
        web.UseClientScheme();
        web.UseRequestIds(module.Facts.Service);
        context.Draining.Use(web);
        web.UseProblems();
        web.UseRouting();
        web.UseAuthentication();
        web.UseAuthorization();
        if (module.Facts.Db is not null) web.UseMiddleware<IdempotencyMiddleware>();
        web.UseWebSockets();
        web.MapOperations(context);
        web.MapOpenApi("/openapi/v1.json");
        module.Map(web);
        return new ModuleApp(module, context, web);
    }

    /// <summary>Tells the bus what the module says and hears.</summary>
    public void Subscribe()
    {
        if (EventTypes.All.Keys.Any(type => type.StartsWith($"estospaces.{module.Facts.Name}.", StringComparison.Ordinal))) context.Bus.Publishes(module.Facts.Name);
        if (module.Facts.Hears.Count > 0)
            context.Bus.Subscribe(module.Facts.Name, [.. module.Facts.Hears.Select(h => h.Type).Distinct()], Web.Services.GetRequiredService<InboxConsumer>().HandleAsync);
    }

    /// <summary>Brings the module's database up to its schema.</summary>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken ct) =>
        module.Facts.Db is { } db ? await Migrations.ApplyAsync(Web.Services.GetRequiredService<NpgsqlDataSource>(), db.Assembly, ct) : [];

    /// <summary>Begins to take requests, and registers.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        await Web.StartAsync(ct);
        if (context.Registry is null) return;
        registration = new Registration(context.Registry, context, Web.Services, context.Loggers.CreateLogger("EstoSpaces.Discovery"));
        registration.Start();
    }

    /// <summary>Leaves the registry, stops taking requests, finishes what runs, flushes.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (registration is not null) await registration.LeaveAsync();
        registration = null;
        await Web.StopAsync(ct);
    }

    public ValueTask DisposeAsync() => Web.DisposeAsync();

    private static void AddKernel(IServiceCollection services, IModule module, ModuleContext context)
    {
        services.AddSingleton(context);
        services.AddSingleton(context.Settings);
        services.AddSingleton(context.Clock);
        services.AddSingleton<TimeProvider>(context.Clock);
        services.ConfigureHttpJsonOptions(o => Wire.Configure(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(20));
        // The host listens for signals once for all modules.
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        services.AddRouting();
        services.AddPrometheusText();
        services.AddIdentity(context);
        if (context.Redis is { } redis) services.AddSingleton<IReadinessCheck>(redis);
        services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new() { Title = $"EstoSpaces {context.Facts.Service}", Version = "v1" };
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, c, _) =>
            {
                if (c.JsonTypeInfo.Type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEntityId<>)))
                {
                    schema.Type = Microsoft.OpenApi.JsonSchemaType.String;
                    schema.Format = "uuid";
                }
                return Task.CompletedTask;
            });
        });
        foreach (var client in module.Facts.Calls) client.Register(services, context);
        if (module.Facts.Db is not { } db) return;

        services.AddSingleton(_ => ModuleDbRegistration.DataSource(context.ConnectionString?.Invoke() ?? throw new SettingsException($"{module.Facts.Name} has no database"), module.Facts.Name, context.Settings));
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<InboxConsumer>();
        services.AddSingleton<OutboxPlace>();
        db.Register(services);
        services.AddHostedService<OutboxRelay>();
        services.AddHostedService<OutboxUpkeep>();
        foreach (var reaction in module.Facts.Hears) reaction.Register(services);
        foreach (var timer in module.Facts.Timers) timer.Register(services);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken ct) => Task.CompletedTask;
        public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
    }
}

public static class ModuleRouting
{
    private static readonly CheckFilter Check = new();

    /// <summary>A group of endpoints whose requests are checked (<see cref="IChecked"/>) before the slice runs.</summary>
    public static RouteGroupBuilder MapDoor(this WebApplication app, string prefix)
    {
        var group = app.MapGroup(prefix);
        group.AddEndpointFilter(Check); // the instance: for a type, a factory would be compiled for each group
        return group;
    }

    /// <summary>The door for other services: under /internal, never reachable through the gateway.</summary>
    public static RouteGroupBuilder MapInternalDoor(this WebApplication app, string prefix = "/internal")
    {
        var group = app.MapDoor(prefix).RequireAuthorization(Policies.Service);
        group.ExcludeFromDescription();
        return group;
    }
}
