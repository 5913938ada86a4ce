using System.Diagnostics;
using EstoSpaces.Host.Embedded;

namespace EstoSpaces.Host.Tests;

/// <summary>This test program run as a host with an embedded server and nothing else, so that tests have a process to kill.</summary>
internal static class HostProcess
{
    /// <summary>Started by the test runner this does nothing; with a directory it is a host until it is killed.</summary>
    public static async Task Main(string[] args)
    {
        if (args is not ["host", var cluster]) return;
        await using var server = await EmbeddedPostgres.StartAsync(new() { DataDirectory = cluster });
        await new TaskCompletionSource().Task;
    }

    public static Process Start(string cluster) =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(HostProcess).Assembly.Location, "host", cluster])) ?? throw new InvalidOperationException("dotnet did not start");
}
