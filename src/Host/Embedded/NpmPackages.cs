using System.Runtime.InteropServices;

namespace EstoSpaces.Host.Embedded;

/// <summary>Native parts that come as npm packages, found in a node_modules folder at or above the program or the current directory.</summary>
internal static class NpmPackages
{
    /// <summary>The postfix that npm packages with native code use, for example <c>linux-x64</c>. Windows is named differently by different packages.</summary>
    public static string Platform(string windows = "windows") =>
        (OperatingSystem.IsWindows() ? windows : OperatingSystem.IsMacOS() ? "darwin" : "linux") + "-" +
        RuntimeInformation.OSArchitecture switch { Architecture.Arm64 => "arm64", Architecture.Arm => "arm", _ => "x64" };

    /// <summary>All existing directories of the given name below a node_modules folder, nearest first.</summary>
    public static IEnumerable<string> Find(string package)
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
            for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
            {
                var path = Path.Combine(directory.FullName, "node_modules", package.Replace('/', Path.DirectorySeparatorChar));
                if (Directory.Exists(path)) yield return path;
            }
    }
}
