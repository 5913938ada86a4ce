using EstoSpaces.Host;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Host.Verbs;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Media.Images;
using Npgsql;

try
{
    return args switch
    {
        ["up", .. var rest] => await RunVerb.UpAsync(rest),
        ["serve", var modules, .. var rest] => await RunVerb.ServeAsync(modules, rest),
        ["migrate", .. var rest] => await MigrateVerb.RunAsync(rest),
        ["seed", .. var rest] => await SeedVerb.RunAsync(rest),
        ["events", .. var rest] => await EventsVerb.RunAsync(rest),
        ["replay", .. var rest] => await EventsVerb.ReplayAsync(rest),
        ["asyncapi"] => AsyncApiVerb.Print(),
        ["modules"] => ModulesVerb.Print(),
        ["modules", "--json"] => ModulesVerb.PrintJson(),
        ["check-config", "--page"] => CheckConfigVerb.PrintPage(),
        ["check-config", .. var rest] => CheckConfigVerb.Run(rest),
        ["probe", .. var rest] => await ProbeVerb.RunAsync(rest),
        ["doctor"] => await DoctorVerb.RunAsync(),
        ["image-worker"] => await ImageWorker.RunAsync(),   // started by the media module, not by people
        ["help" or "--help" or "-h"] or [] => Usage.Print(0),
        _ => Usage.Print(2, $"unknown command: {string.Join(' ', args)}"),
    };
}
catch (Exception e) when (e is SettingsException or EmbeddedPostgresException)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (NpgsqlException e) when (e is not PostgresException || e.IsTransient || e.SqlState is { } state && (state.StartsWith("28", StringComparison.Ordinal) || state.StartsWith("3D", StringComparison.Ordinal)))
{
    // Away, full, or it lets us not in: whoever started us tries again. What our own SQL does wrong keeps its trace.
    Console.Error.WriteLine($"The database can't be used: {e.Message}");
    return 1;
}
