using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>seed [--listings N]</c>: sample data into a running product.</summary>
internal static class SeedVerb
{
    public static Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length > 0) throw new SettingsException($"seed does not know {arguments[0]}");
        return Task.FromResult(0);
    }

    public static Task OnceAsync(Product product, CancellationToken ct) => Task.CompletedTask;
}
