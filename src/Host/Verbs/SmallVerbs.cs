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

/// <summary><c>modules</c>: the table of what there is.</summary>
internal static class ModulesVerb
{
    public static int Print()
    {
        foreach (var facts in Modules.All().Select(m => m.Facts).OrderBy(f => f.Port))
        {
            Console.WriteLine($"{facts.Name,-14} {facts.Service,-21} {facts.Port,5}  {facts.Database}");
            if (facts.Serves.Count > 0) Console.WriteLine($"{"",-14}   serves  {string.Join("  ", facts.Serves)}");
            if (facts.Calls.Count > 0) Console.WriteLine($"{"",-14}   asks    {string.Join("  ", facts.Calls.Select(c => c.Module))}");
            if (facts.Hears.Count > 0) Console.WriteLine($"{"",-14}   hears   {string.Join("  ", facts.Hears.Select(h => h.Type))}");
            if (facts.Timers.Count > 0) Console.WriteLine($"{"",-14}   timers  {string.Join("  ", facts.Timers.Select(t => t.Name))}");
        }
        return 0;
    }
}

/// <summary><c>check-config [modules]</c>: every setting with its value and meaning, and what is wrong.</summary>
internal static class CheckConfigVerb
{
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
            estospaces serve <module,…>          the named modules: what a container runs
            estospaces migrate [module,…]        bring databases up to their schema
            estospaces seed [--listings N]       sample data into a running product
            estospaces modules                   what there is: ports, paths, events, timers
            estospaces check-config [module,…]   every setting, its value and meaning
            estospaces doctor                    what is missing on this machine and how to get it
            """);
        return exitCode;
    }
}
