using System.Reflection;
using System.Runtime.InteropServices;

namespace EstoSpaces.Media.Images;

/// <summary>Finds libvips: the one that npm brings (<c>@img/sharp-libvips-…</c>), else the system's. Loads it only when <see cref="Load"/> is called, which only the worker does.</summary>
public static class VipsLibrary
{
    /// <summary>Overrides the search with one file.</summary>
    public const string PathVariable = "VIPS_LIBRARY";

    /// <summary>What to do on a machine without libvips.</summary>
    public const string HowToGet = "run npm ci in the product's folder, or install libvips (Debian: apt-get install libvips42, macOS: brew install vips)";

    static readonly string[] SystemNames = ["libvips.so.42", "libvips.42.dylib", "libvips-42.dll"];

    /// <summary>The libvips file of npm or of <c>VIPS_LIBRARY</c>; null when only the system's can help.</summary>
    public static string? FindFile()
    {
        if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } given) return File.Exists(given) ? given : null;
        return Upwards(AppContext.BaseDirectory).Concat(Upwards(Directory.GetCurrentDirectory()))
            .Select(folder => Path.Combine(folder, "node_modules", "@img", "sharp-libvips-" + Platform(), "lib"))
            .Where(Directory.Exists)
            .SelectMany(Directory.GetFiles)
            .FirstOrDefault(file => Path.GetFileName(file) is var name && (name.StartsWith("libvips-cpp.", StringComparison.Ordinal) || name == "libvips-42.dll"));
    }

    /// <summary>Loads the library into this process and points the P/Invokes of this assembly at it. Throws DllNotFoundException when there is none.</summary>
    internal static string Load()
    {
        nint handle = 0;
        var file = SystemNames.Prepend(FindFile()).FirstOrDefault(name => name is not null && NativeLibrary.TryLoad(name, out handle))
            ?? throw new DllNotFoundException($"libvips is not on this machine: {HowToGet}");
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), (name, _, _) => name switch
        {
            VipsNative.Vips => handle,
            VipsNative.GObject => Companion(file, "gobject", handle),
            VipsNative.GLib => Companion(file, "glib", handle),
            _ => 0,
        });
        return file;
    }

    // Where libvips is one file, or the loader resolves through dependencies, GLib answers through the same handle; on Windows it lies beside it.
    static nint Companion(string vips, string name, nint handle)
    {
        if (!OperatingSystem.IsWindows()) return handle;
        var file = Path.Combine(Path.GetDirectoryName(vips) ?? "", $"lib{name}-2.0-0.dll");
        return NativeLibrary.TryLoad(file, out var own) ? own : handle;
    }

    static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : File.Exists("/etc/alpine-release") ? "linuxmusl" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }

    static IEnumerable<string> Upwards(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent) yield return folder.FullName;
    }
}
