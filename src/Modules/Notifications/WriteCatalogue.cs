using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>Writes the catalogue of templates at every start, so that the database says what the code can send.</summary>
public sealed class WriteCatalogue(NpgsqlDataSource source) : IHostedService
{
    public async Task StartAsync(CancellationToken ct)
    {
        foreach (var template in Templates.All)
            await source.ExecuteAsync("""
                insert into notification_templates (name, category, mandatory, channels, languages) values ($1, $2, $3, $4, $5)
                on conflict (name) do update set category = excluded.category, mandatory = excluded.mandatory, channels = excluded.channels, languages = excluded.languages
                """, [template.Name, template.Category, template.Mandatory, template.EmailOnly ? new[] { "email" } : ["email", "sms", "push", "in_app"], new[] { Tongue.English.Code, Tongue.French.Code }], ct);
    }

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;
}
