using System.Globalization;
using System.Net.Sockets;
using EstoSpaces.Kernel.Hosting;
using Npgsql;

namespace EstoSpaces.Host.Verbs;

/// <summary>The modules' databases for verbs that work beside a running product: the configured ones, those of the product that runs on DATA_DIR, or its database started for the moment.</summary>
internal sealed class RunningDatabases : IAsyncDisposable
{
    private readonly Topology topology;

    private RunningDatabases(Topology topology, IReadOnlyList<(ModuleFacts Module, NpgsqlDataSource Source)> all) => (this.topology, All) = (topology, all);

    public IReadOnlyList<(ModuleFacts Module, NpgsqlDataSource Source)> All { get; }

    /// <summary>Opens those of the named modules, or of all. Throws <see cref="SettingsException"/>.</summary>
    public static async Task<RunningDatabases> OpenAsync(string? names, CancellationToken ct)
    {
        var settings = await BesideRunningAsync(RunVerb.Environment(), ct);
        var modules = (names is null ? Modules.All() : Modules.Named(names.Split(','))).Where(m => m.Facts.Db is not null && (!settings.IsProduction || !m.Facts.DevelopmentOnly)).ToList();
        var topology = await Topology.ChooseAsync(settings, modules, Modules.All(), Loggers.Create(settings), ct);
        return new RunningDatabases(topology, [.. modules.Select(m => (m.Facts, NpgsqlDataSource.Create(topology.ContextOf(m.Facts).ConnectionString!())))]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, source) in All) await source.DisposeAsync();
        await topology.DisposeAsync();
    }

    /// <summary>The embedded server of a product that runs says beside its data where it listens; only one process may own it, but others may talk to it.</summary>
    private static async Task<Settings> BesideRunningAsync(Settings settings, CancellationToken ct)
    {
        var cluster = Path.Combine(Path.GetFullPath(settings.Required("DATA_DIR")), "postgres");
        if (settings.Has("DB_HOST") || !File.Exists(cluster + ".port") || !File.Exists(cluster + ".password")) return settings;
        var port = int.Parse(await File.ReadAllTextAsync(cluster + ".port", ct), CultureInfo.InvariantCulture);
        using var client = new TcpClient();
        try { await client.ConnectAsync("127.0.0.1", port, ct); }
        catch (SocketException) { return settings; }
        return settings.With(("DB_HOST", "127.0.0.1"), ("DB_PORT", port.ToString(CultureInfo.InvariantCulture)), ("DB_USER", "postgres"), ("DB_PASSWORD", (await File.ReadAllTextAsync(cluster + ".password", ct)).Trim()), ("DB_SSL_MODE", "disable"));
    }
}
