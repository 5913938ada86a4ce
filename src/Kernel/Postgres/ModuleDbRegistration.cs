using System.Data.Common;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Postgres;

/// <summary>Registers a module's DbContext on its data source, so that commits wake the relay.</summary>
public static class ModuleDbRegistration
{
    /// <summary>A module's pool. Statements that come again are prepared by themselves (DB_PREPARED_STATEMENTS a connection); nobody leaves anything in a session, so giving a connection back says nothing to the server.</summary>
    public static NpgsqlDataSource DataSource(string connectionString, string module, Settings settings)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = module };
        (builder.ConnectionStringBuilder.MaxAutoPrepare, builder.ConnectionStringBuilder.NoResetOnClose) = (settings.Int("DB_PREPARED_STATEMENTS"), true);
        return builder.Build();
    }

    public static void Register<TDb>(IServiceCollection services) where TDb : ModuleDb
    {
        services.AddSingleton<WakeOnCommit>();
        services.AddDbContext<TDb>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
            .AddInterceptors(provider.GetRequiredService<WakeOnCommit>())
            .ConfigureWarnings(w => w.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning).Log((RelationalEventId.CommandExecuted, LogLevel.Trace))));
        services.AddScoped<ModuleDb>(provider => provider.GetRequiredService<TDb>());
        services.AddScoped<Outbox>();
        services.AddHostedService<ModelWarming>();
    }

    /// <summary>Builds the mapping when the process has started, so that the first request doesn't pay for it and the start doesn't wait for it. One module at a time: requests need the other cores.</summary>
    private sealed class ModelWarming(ModuleContext context, IServiceScopeFactory scopes) : BackgroundService
    {
        private static readonly SemaphoreSlim OneAtATime = new(1);

        protected override async Task ExecuteAsync(CancellationToken stopping)
        {
            await context.Started.WaitAsync(stopping);
            await OneAtATime.WaitAsync(stopping);
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                _ = scope.ServiceProvider.GetRequiredService<ModuleDb>().Model;
            }
            finally
            {
                OneAtATime.Release();
            }
        }
    }

    private sealed class WakeOnCommit(OutboxSignal signal) : SaveChangesInterceptor, IDbTransactionInterceptor
    {
        public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData data, int result, CancellationToken ct = default)
        {
            if (data.Context?.Database.CurrentTransaction is null) signal.Wake();
            return ValueTask.FromResult(result);
        }

        public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData data, CancellationToken ct = default)
        {
            signal.Wake();
            return Task.CompletedTask;
        }
    }
}
