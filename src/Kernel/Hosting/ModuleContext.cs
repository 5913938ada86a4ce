using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>What a module gets from whoever hosts it. The same whether all run in one process or one per process.</summary>
public sealed record ModuleContext
{
    public required ModuleFacts Facts { get; init; }
    public required Settings Settings { get; init; }

    /// <summary>One address of each module, by module name: for what is written down (links, callbacks). Calls go to an instance of <see cref="Directory"/>.</summary>
    public required IReadOnlyDictionary<string, Uri> Addresses { get; init; }

    /// <summary>The running instances of each module, as far as this process knows.</summary>
    public required IDirectory Directory { get; init; }

    /// <summary>The registry that modules register with, or null when there is none.</summary>
    public RegistryClient? Registry { get; init; }

    /// <summary>Facts of all modules of the product, also of those that run elsewhere (the gateway makes its routes from them).</summary>
    public required IReadOnlyList<ModuleFacts> Product { get; init; }

    /// <summary>Where this module listens, e.g. "http://localhost:8083".</summary>
    public required string ListenUrl { get; init; }

    /// <summary>Where the module's database is; null when it has none. To be asked when a connection is wanted: the server may still be starting while applications are built.</summary>
    public Func<string>? ConnectionString { get; init; }

    public required IEventBus Bus { get; init; }
    public required ProductClock Clock { get; init; }

    /// <summary>Sessions whose tokens nobody may accept any more.</summary>
    public required Identity.RevokedSessions Revoked { get; init; }

    /// <summary>What several processes share at once; null when REDIS_URL is not set.</summary>
    public Redis.RedisDoor? Redis { get; init; }

    /// <summary>Completes when all modules of this process have started. Work that nobody waits for begins then.</summary>
    public Task Started { get; init; } = Task.CompletedTask;

    /// <summary>Whether this process is on its way out.</summary>
    public required Draining Draining { get; init; }

    /// <summary>Signs and checks calls between services.</summary>
    public required byte[] ServiceKey { get; init; }

    /// <summary>Folder for what a module keeps in files in the embedded default.</summary>
    public required string DataDirectory { get; init; }

    public required Microsoft.Extensions.Logging.ILoggerFactory Loggers { get; init; }

    public Uri AddressOf(string module) => Addresses.TryGetValue(module, out var uri) ? uri : throw new InvalidOperationException($"no address for module {module}");
}
