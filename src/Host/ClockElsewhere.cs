using System.Text.Json;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host;

/// <summary>In development the sandbox keeps the product's time. A process that starts after somebody moved it asks for it; when there is no sandbox to ask, real time it is.</summary>
internal static class ClockElsewhere
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task FollowAsync(ProductClock clock, Uri sandbox, CancellationToken ct)
    {
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri(sandbox, "/sandbox/clock.json"), ct));
            clock.SetOffset(TimeSpan.FromSeconds(answer.RootElement.GetProperty("offset_seconds").GetDouble()));
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException) { } // nobody moves time here
        catch (TaskCanceledException) when (!ct.IsCancellationRequested) { }
    }
}
