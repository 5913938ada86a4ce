namespace EstoSpaces.Media.Images;

/// <summary>How worker processes are started and how long and how large a job may become.</summary>
/// <param name="File">The program: the product's own binary, or <c>dotnet</c>.</param>
/// <param name="Arguments">Its arguments; they end with the verb that runs <see cref="ImageWorker"/>.</param>
public sealed record ImageWorkerSettings(string File, IReadOnlyList<string> Arguments)
{
    const string Host = "estospaces";
    const string Verb = "image-worker";

    /// <summary>How many pictures are decoded at once.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 4);

    /// <summary>A job that takes longer is ended with its worker.</summary>
    public TimeSpan JobDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A worker that has not said hello by then is taken for broken.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Resident memory at which a worker is ended.</summary>
    public long MemoryCapBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Address space the kernel grants a worker (not on Windows), which stops what grows faster than anybody looks; it counts reservations, so it is far above the cap. 0: no limit.</summary>
    public long AddressSpaceBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>A worker without work for this long is stopped: most of the day nobody uploads.</summary>
    public TimeSpan IdleStop { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Jobs after which a worker is replaced, which bounds the fragmentation of its memory.</summary>
    public int JobsPerWorker { get; init; } = 500;

    /// <summary>
    /// The binary that runs now, started again with the verb <c>image-worker</c>; where another program runs it (a test runner), the product's
    /// assembly next to this one.
    /// </summary>
    public static ImageWorkerSettings ForThisProduct()
    {
        var own = Environment.ProcessPath;
        if (own is not null && Path.GetFileNameWithoutExtension(own) == Host) return new(own, [Verb]);

        var assembly = Path.Combine(AppContext.BaseDirectory, Host + ".dll");
        var dotnet = own is not null && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
        return new(dotnet, ["exec", assembly, Verb]);
    }
}
