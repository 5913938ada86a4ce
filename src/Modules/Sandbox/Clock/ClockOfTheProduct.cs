using System.Net.Http.Headers;
using System.Net.Http.Json;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Sandbox.Clock;

/// <summary>
/// Moves the product's time: here at once, in the modules of other processes by telling each. The offset is written down first,
/// so that a restart keeps it.
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
        await Task.WhenAll(context.Product.Where(m => m.Name != context.Facts.Name && context.Addresses.ContainsKey(m.Name)).Select(m => Tell(m.Name, offset, ct)));
    }

    /// <summary>The offset of before the restart, if there was one.</summary>
    public async Task Restore(CancellationToken ct)
    {
        await using var command = database.CreateCommand("select moved_seconds from product_clock");
        if (await command.ExecuteScalarAsync(ct) is double seconds and not 0) context.Clock.SetOffset(TimeSpan.FromSeconds(seconds));
    }

    async Task Tell(string module, TimeSpan offset, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(context.AddressOf(module), "/internal/clock"));
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
