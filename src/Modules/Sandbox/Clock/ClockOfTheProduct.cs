using System.Net.Http.Headers;
using System.Net.Http.Json;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Sandbox.Clock;

/// <summary>
/// Moves the product's time: here at once, in other processes by telling each. The offset is written down first, so that a restart keeps it;
/// a process that starts later asks for it.
/// </summary>
internal sealed class ClockOfTheProduct(ModuleContext context, NpgsqlDataSource database, ServiceTokens tokens, IHttpClientFactory clients, ILogger<ClockOfTheProduct> log)
{
    public const string ClientName = "clock";

    public DateTimeOffset Now => context.Clock.GetUtcNow();

    public TimeSpan Offset => context.Clock.Offset;

    public async Task SetOffset(TimeSpan offset, CancellationToken ct)
    {
        await using (var command = database.CreateCommand("update product_clock set moved_seconds = $1"))
        {
            command.Parameters.Add(new() { Value = offset.TotalSeconds });
            await command.ExecuteNonQueryAsync(ct);
        }
        context.Clock.SetOffset(offset);
        await TellAll(offset, ct);
    }

    /// <summary>The offset of before the restart, if there was one: here, and for those who started while nobody could tell them.</summary>
    public async Task Restore(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select moved_seconds from product_clock");
        if (await command.ExecuteScalarAsync(ct) is not (double seconds and not 0)) return;
        var offset = TimeSpan.FromSeconds(seconds);
        context.Clock.SetOffset(offset);
        await TellAll(offset, ct);
    }

    Task TellAll(TimeSpan offset, CancellationToken ct) => Task.WhenAll(
        from module in context.Product
        where module.Name != context.Facts.Name
        from instance in context.Directory.InstancesOf(module.Name)
        select Tell(module.Name, instance.Address, offset, ct));

    async Task Tell(string module, Uri address, TimeSpan offset, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/internal/clock"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.For(module));
            request.Content = JsonContent.Create(new { offset_seconds = offset.TotalSeconds });
            using var http = clients.CreateClient(ClientName);
            using var response = await http.SendAsync(request, ct);
        }
        catch (HttpRequestException failure)
        {
            Log.ClockNotTold(log, failure, module);
        }
        catch (TaskCanceledException failure) when (!ct.IsCancellationRequested)
        {
            Log.ClockNotTold(log, failure, module);
        }
    }
}
