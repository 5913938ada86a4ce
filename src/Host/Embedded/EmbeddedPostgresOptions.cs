namespace EstoSpaces.Host.Embedded;

/// <summary>What the caller may choose about the embedded server. Only the data directory has no default.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>The cluster's directory. The lock, password, port and watchdog files lie beside it, with its name as their prefix.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The TCP port on 127.0.0.1; 0 takes the port of the last start if it is still free, else any free one.</summary>
    public int Port { get; init; }

    /// <summary>Where initdb, pg_ctl and postgres are. Unset: the system's, then those of the npm package.</summary>
    public string? BinDirectory { get; init; } = Environment.GetEnvironmentVariable("EMBEDDED_PG_BIN") is { Length: > 0 } chosen ? chosen : null;

    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Largest number of connections in the pool of one connection string. Fifteen modules share <c>max_connections</c> = 250.</summary>
    public int PoolSize { get; init; } = 15;

    /// <summary>Server settings on top of, or instead of, our defaults.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Hears sentences meant for the person at the terminal, for example where the data went.</summary>
    public Action<string> Tell { get; init; } = Console.Error.WriteLine;
}

/// <summary>The embedded server cannot be had; the message tells a person why, and what to do.</summary>
public sealed class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);
