using EstoSpaces.Kernel.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>One of the services: a web application of its own, in this process or alone in another. The class of a module is its table of contents.</summary>
public interface IModule
{
    ModuleFacts Facts { get; }

    /// <summary>Registers what the module's doors need. Reactions, timers and clients named in <see cref="Facts"/> are registered already.</summary>
    void AddServices(IServiceCollection services, ModuleContext context);

    /// <summary>Maps the HTTP door.</summary>
    void Map(WebApplication app);
}

/// <summary>What is true of a module wherever it runs.</summary>
public sealed record ModuleFacts(string Name, string Service, int Port)
{
    /// <summary>Its database, or null.</summary>
    public string? Database { get; init; }

    /// <summary>The module's DbContext, derived from <see cref="Postgres.ModuleDb"/>; null when it has no database.</summary>
    public DbSeam? Db { get; init; }

    /// <summary>Paths that the gateway sends here, e.g. "/api/v1/bookings". A longer path wins over a shorter one.</summary>
    public IReadOnlyList<string> Serves { get; init; } = [];

    /// <summary>Events it reacts to.</summary>
    public IReadOnlyList<ReactionSeam> Hears { get; init; } = [];

    /// <summary>Timers that it sets for itself.</summary>
    public IReadOnlyList<TimerSeam> Timers { get; init; } = [];

    /// <summary>Modules that it asks over HTTP. The graph is acyclic, and tested.</summary>
    public IReadOnlyList<ClientSeam> Calls { get; init; } = [];

    /// <summary>Refuses to start when ENVIRONMENT is production.</summary>
    public bool DevelopmentOnly { get; init; }

    /// <summary>Largest request body in bytes.</summary>
    public long MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>"booking-service" → "BOOKING_SERVICE": the beginning of BOOKING_SERVICE_PORT and BOOKING_SERVICE_URL.</summary>
    public string VariablePrefix => Service.Replace('-', '_').ToUpperInvariant();
}

/// <summary>Names the module's DbContext.</summary>
public sealed record DbSeam(Action<IServiceCollection> Register, System.Reflection.Assembly Assembly)
{
    public static DbSeam Of<TDb>() where TDb : Postgres.ModuleDb => new(Postgres.ModuleDbRegistration.Register<TDb>, typeof(TDb).Assembly);
}

/// <summary>Names a typed client and the module that answers it.</summary>
public sealed record ClientSeam(string Module, Action<IServiceCollection, ModuleContext> Register)
{
    public static ClientSeam To<TClient>(string module) where TClient : class => new(module, (services, context) => Kernel.Calls.ModuleClients.Register<TClient>(services, context, module));
}
