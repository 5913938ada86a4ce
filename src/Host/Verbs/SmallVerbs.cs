using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>migrate [modules]</c>: brings databases up to their schema and stops.</summary>
internal static class MigrateVerb
{
    public static async Task<int> RunAsync(string[] names)
    {
        var settings = RunVerb.Environment();
        var modules = (names.Length > 0 ? Modules.Named(names[0].Split(',')) : Modules.All()).Where(m => m.Facts.Db is not null && (!settings.IsProduction || !m.Facts.DevelopmentOnly)).ToList();
        using var loggers = Loggers.Create(settings);
        await using var topology = await Topology.ChooseAsync(settings, modules, Modules.All(), loggers, CancellationToken.None);
        foreach (var module in modules)
        {
            await using var app = ModuleApp.Build(module, topology.ContextOf(module.Facts));
            var applied = await app.MigrateAsync(CancellationToken.None);
            Console.WriteLine($"{module.Facts.Database}: {(applied.Count == 0 ? "up to date" : string.Join(", ", applied))}");
        }
        return 0;
    }
}

/// <summary><c>check-config [modules]</c>: every setting with its value and meaning, and what is wrong. <c>check-config --page</c>: the catalog as a page of the docs.</summary>
internal static class CheckConfigVerb
{
    public static int PrintPage()
    {
        Console.WriteLine("""
            # Settings

            Settings are environment variables; an empty one counts as unset. One that nearly has a known name, or a value that can't be right, stops the start with what to write instead.
            A secret may stand in a file instead, named by the setting with _FILE at its end, such as `JWT_SECRET_FILE`. `estospaces check-config` shows them with their values where it runs. This page is written by `npm run deploy`, and a test fails when it is not current.

            | name | meaning | default |
            |---|---|---|
            """);
        foreach (var setting in SettingsCatalog.All)
            Console.WriteLine($"| `{setting.Name}` | {setting.Meaning.Replace("|", "\\|")}{(setting.Secret ? " (secret)" : "")} | {(setting.Default is { } value ? $"`{value}`" : "")} |");
        return 0;
    }

    public static int Run(string[] names)
    {
        var settings = RunVerb.Environment();
        if (names.Length > 0) _ = Modules.Named(names[0].Split(','));
        foreach (var setting in SettingsCatalog.All)
        {
            var value = settings[setting.Name];
            Console.WriteLine($"{setting.Name,-28} {(value is null ? "–" : setting.Secret ? "(set)" : value),-24} {setting.Meaning}");
        }
        if (settings.IsProduction && !settings.Has("DB_HOST")) throw new SettingsException("DB_HOST is not set.");
        if (settings.IsProduction && !settings.Has("JWT_SECRET")) throw new SettingsException("JWT_SECRET is not set.");
        return 0;
    }
}

/// <summary><c>doctor</c>: what is missing on this machine and how to get it.</summary>
internal static class DoctorVerb
{
    public static async Task<int> RunAsync()
    {
        var settings = RunVerb.Environment();
        var ports = Modules.All().Select(m => m.Facts.Port + settings.Int("PORT_OFFSET")).Order();
        return Diagnosis.Print(await Diagnosis.ExamineAsync(settings.Required("DATA_DIR"), ports), Console.Out) ? 0 : 1;
    }
}

/// <summary>How to call the program.</summary>
internal static class Usage
{
    public static int Print(int exitCode, string? problem = null)
    {
        var output = exitCode == 0 ? Console.Out : Console.Error;
        if (problem is not null) output.WriteLine(problem);
        output.WriteLine("""
            estospaces up [--sample]             every module in this process; --sample adds the sample data once
            estospaces up --split [--sample]     every module in a process of its own, with PostgreSQL, NATS and Redis
            estospaces serve <module,…>          the named modules: what a container runs
            estospaces migrate [module,…]        bring databases up to their schema
            estospaces seed [--listings N]       sample data into a running product
            estospaces modules [--json]          what there is: ports, paths, events, timers
            estospaces events [show|retry ID]    events that failed too often; retry --all puts all of them back
            estospaces replay --from TIME        publishes facts again since then: --to, --module a,b, --type t
            estospaces asyncapi                  the document of all events (AsyncAPI 3)
            estospaces check-config [module,…]   every setting, its value and meaning
            estospaces probe [module|address]    asks /health; exit code 0 or 1
            estospaces doctor                    what is missing on this machine and how to get it
            """);
        return exitCode;
    }
}
