using System.Collections.Concurrent;
using System.Net.Http.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Web.Sessions;

/// <summary>
/// Trades the refresh token for the next pair shortly before the access token ends. Requests that come at the same moment share one trade, and its result is remembered for a
/// while: a browser that had sent its old cookie already must not use a token twice, because that ends the session.
/// </summary>
public sealed class SessionRefresh(IHttpClientFactory clients)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(60);
    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Lazy<Task<Outcome>> Trade)> trades = new(StringComparer.Ordinal);

    /// <summary>The session to go on with: the same, the next, or none when the service ended it.</summary>
    public async Task<KeptSession?> FreshAsync(KeptSession kept)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (kept.ExpiresAt - now > Ahead) return kept;
        foreach (var (token, old) in trades)
            if (now - old.At > Remembered) trades.TryRemove(token, out _);
        var outcome = await trades.GetOrAdd(kept.RefreshToken, _ => (now, new Lazy<Task<Outcome>>(() => TradeAsync(kept.RefreshToken)))).Trade.Value;
        if (outcome.Unreachable) trades.TryRemove(kept.RefreshToken, out _);
        return outcome.Unreachable ? kept : outcome.Session;
    }

    private async Task<Outcome> TradeAsync(string refreshToken)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            using var http = clients.CreateClient("gateway");
            using var answer = await http.PostAsJsonAsync("/api/v1/auth/refresh", new { refresh_token = refreshToken }, Wire.Json, deadline.Token);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<SessionView>(Wire.Json, deadline.Token) is { } view)
                return new Outcome(KeptSession.Of(view, TimeProvider.System.GetUtcNow()), false);
            return new Outcome(null, (int)answer.StatusCode is 429 or >= 500);
        }
        catch (HttpRequestException) { return new Outcome(null, true); }
        catch (OperationCanceledException) { return new Outcome(null, true); }
    }

    private sealed record Outcome(KeptSession? Session, bool Unreachable);
}

public static class SessionReading
{
    /// <summary>Reads the visitor's session for every request that is not for a file.</summary>
    public static void UseVisitorSession(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (http.RequestServices.GetRequiredService<SessionCookie>() is var cookie && cookie.Read(http) is { } kept)
        {
            var session = await http.RequestServices.GetRequiredService<SessionRefresh>().FreshAsync(kept);
            if (session is null) cookie.Clear(http);
            else if (!ReferenceEquals(session, kept)) cookie.Write(http, session);
            http.RequestServices.GetRequiredService<VisitorSession>().Use(session);
        }
        await next(http);
    });
}
