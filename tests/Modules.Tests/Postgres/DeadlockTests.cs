using System.Data;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Postgres;

/// <summary>A request that the database gives up, because it and another wait for each other or changed the same: nothing of it is left, the answer says when to come again, and the same key is done once.</summary>
public sealed class DeadlockTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    [Theory]
    [InlineData("sql", PostgresErrorCodes.DeadlockDetected)]
    [InlineData("ef", PostgresErrorCodes.DeadlockDetected)]
    [InlineData("sql", PostgresErrorCodes.SerializationFailure)]
    [InlineData("ef", PostgresErrorCodes.SerializationFailure)]
    public async Task What_the_database_gave_up_is_answered_503_and_done_once_when_repeated_with_its_key(string by, string how)
    {
        var moves = new MovesModule(how is PostgresErrorCodes.SerializationFailure ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted);
        await using var app = await moves.StartAsync(fixture.Product);
        var source = app.Web.Services.GetRequiredService<NpgsqlDataSource>();
        await source.ExecuteAsync("create table places (id int primary key, n int not null)", [], CancellationToken.None);
        await source.ExecuteAsync("insert into places values (1, 0), (2, 0)", [], CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(moves.Address) };

        await using var other = await source.OpenConnectionAsync();
        // Of two that wait for each other the one that looks first gives up: not this one.
        await DoAsync(other, "set deadlock_timeout = '10min'");
        await DoAsync(other, "begin");
        await DoAsync(other, "update places set n = n + 1 where id = 2");
        var request = http.PostAsync($"/moves/{by}", new { }, idempotencyKey: "one");
        await moves.HasFirst.Task;
        var crossing = Task.CompletedTask;
        if (how is PostgresErrorCodes.DeadlockDetected)
        {
            crossing = DoAsync(other, "update places set n = n + 1 where id = 1");
            await Until.HoldsAsync(() => source.QueryAsync("select count(*)::int from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'", [other.ProcessID], row => row.GetInt32(0), CancellationToken.None), n => n[0] == 1, "the other waits");
        }
        else await DoAsync(other, "commit");
        moves.GoesOn.SetResult();

        using var answer = await request;
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        await Task.FromResult(answer).ShouldRefuseAsync(503, "temporarily_unavailable");
        moves.GivenUp.ShouldBe([how]);
        await crossing;
        if (how is PostgresErrorCodes.DeadlockDetected) await DoAsync(other, "commit");

        (await http.PostAsync($"/moves/{by}", new { }, idempotencyKey: "one").ReadAsync()).GetProperty("moved").GetInt32().ShouldBe(2);
        using var replayed = await http.PostAsync($"/moves/{by}", new { }, idempotencyKey: "one");
        replayed.Headers.Contains("Idempotent-Replayed").ShouldBeTrue();
        var places = await source.QueryAsync("select n from places order by id", [], row => row.GetInt32(0), CancellationToken.None);
        places.ShouldBe(how is PostgresErrorCodes.DeadlockDetected ? [2, 2] : [1, 2]);
    }

    private static async Task DoAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.Sql(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class MovesDb(DbContextOptions<MovesDb> options) : ModuleDb(options)
    {
        protected override void MapModule(ModelBuilder model)
        {
        }
    }

    /// <summary>Changes two places in one transaction, and waits between them the first time.</summary>
    private sealed class MovesModule(IsolationLevel isolation) : IModule
    {
        public ModuleFacts Facts { get; } = new("moves", "move-service", 0) { Database = "moves_" + Guid.NewGuid().ToString("n"), Db = DbSeam.Of<MovesDb>() };
        public string Address { get; } = $"http://127.0.0.1:{LoopbackPorts.AnyLasting()}";
        public TaskCompletionSource HasFirst { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource GoesOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public List<string> GivenUp { get; } = [];

        public async Task<ModuleApp> StartAsync(TestProduct product)
        {
            await product.Inside<NpgsqlDataSource>("blockchain").ExecuteAsync($"create database {Facts.Database} template template0", [], CancellationToken.None);
            var app = ModuleApp.Build(this, product.Product.Topology.ContextOf(Facts) with { ListenUrl = Address, Registry = null });
            await app.MigrateAsync(CancellationToken.None);
            await app.StartAsync(CancellationToken.None);
            return app;
        }

        public void AddServices(IServiceCollection services, ModuleContext context)
        {
        }

        public void Map(WebApplication app)
        {
            app.MapPost("/moves/sql", (RequestDelegate)BySqlAsync).AllowAnonymous().Idempotent();
            app.MapPost("/moves/ef", (RequestDelegate)ByEfAsync).AllowAnonymous().Idempotent();
        }

        private async Task BySqlAsync(HttpContext http)
        {
            await using var connection = await http.RequestServices.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(http.RequestAborted);
            await using var transaction = await connection.BeginTransactionAsync(isolation, http.RequestAborted);
            var moved = await MoveAsync(async place =>
            {
                await using var command = connection.Sql("update places set n = n + 1 where id = $1", place);
                return await command.ExecuteNonQueryAsync(http.RequestAborted);
            });
            await transaction.CommitAsync(http.RequestAborted);
            await http.Response.WriteAsJsonAsync(new { moved }, http.RequestAborted);
        }

        private async Task ByEfAsync(HttpContext http)
        {
            var db = http.RequestServices.GetRequiredService<MovesDb>();
            await using var transaction = await db.Database.BeginTransactionAsync(isolation, http.RequestAborted);
            var moved = await MoveAsync(place => db.Database.ExecuteSqlAsync($"update places set n = n + 1 where id = {place}", http.RequestAborted));
            await transaction.CommitAsync(http.RequestAborted);
            await http.Response.WriteAsJsonAsync(new { moved }, http.RequestAborted);
        }

        private async Task<int> MoveAsync(Func<int, Task<int>> step)
        {
            var moved = await step(1);
            HasFirst.TrySetResult();
            await GoesOn.Task;
            try { return moved + await step(2); }
            catch (Exception e) when ((e as PostgresException ?? e.InnerException as PostgresException) is { } refused)
            {
                GivenUp.Add(refused.SqlState);
                throw;
            }
        }
    }
}
