using System.Diagnostics;
using Shouldly;

namespace EstoSpaces.Testing;

/// <summary>Runs the programs of tests/clients: clients that others wrote, against what is ours.</summary>
public static class NodeScript
{
    /// <summary>What the script says, after checking that it ended well.</summary>
    public static async Task<string> RunAsync(string script, string input, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Root(), "tests", "clients", script), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{await errors}{await output}");
        return await output;
    }

    private static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "EstoSpaces.slnx"))) return at.FullName;
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
