using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Web.Calls;
using EstoSpaces.Web.Sessions;
using EstoSpaces.Web.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Web.Doors;

/// <summary>
/// What the pages' scripts ask while a person is busy in his wallet. The session stays in its cookie: these doors hand on to the public API in the visitor's name, and say a
/// refusal in the page's language. They take JSON only, which no form of another site can send.
/// </summary>
public static partial class WalletDoors
{
    private static readonly TimeSpan NodeDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(120);

    internal sealed record NonceAsked(string? Address);

    internal sealed record NonceGiven(string Message);

    /// <summary>What was signed. Name, Email and Return come with signing up and in.</summary>
    internal sealed record Signed(string? Address, string? Message, string? Signature, string? Name = null, string? Email = null, string? Return = null);

    internal sealed record Payer(string? Wallet);

    public static void MapWalletDoors(this WebApplication app)
    {
        var doors = app.MapGroup("/wallet").DisableAntiforgery();
        doors.MapPost("/nonce", NonceAsync);
        doors.MapPost("/link", LinkAsync);
        doors.MapPost("/sign-in", (Signed signed, HttpContext http, Api api, VisitorSession session) => EnterAsync("login", signed, http, api, session));
        doors.MapPost("/sign-up", (Signed signed, HttpContext http, Api api, VisitorSession session) => EnterAsync("register", signed, http, api, session));
        doors.MapGet("/transactions/{hash:regex(^0x[0-9a-fA-F]{{64}}$)}", TransactionAsync);
        if (!app.Services.GetRequiredService<Settings>().IsProduction) doors.MapPost("/rpc", RpcAsync);
        app.MapPost("/checkout/{id:guid}/wallet", PayAsync).DisableAntiforgery();
    }

    private static async Task<IResult> NonceAsync(NonceAsked asked, HttpContext http, Api api)
    {
        var answer = await api.PostAsync<NonceGiven>("/api/v1/auth/wallet/nonce", new { address = asked.Address }, origin: http.Request.Headers.Origin);
        return answer.Refused ? Refuse(http, answer.Refusal) : Results.Json(answer.Value, Wire.Json);
    }

    private static async Task<IResult> LinkAsync(Signed signed, HttpContext http, Api api)
    {
        var answer = await api.PostAsync<JsonElement>("/api/v1/auth/wallets", new { message = signed.Message, signature = signed.Signature });
        if (answer.Refused) return Refuse(http, answer.Refusal);
        // The profile hears of it a moment later; whoever asks next should find it there.
        for (var looked = 0; looked < 25 && !await IsThereAsync(); looked++) await Task.Delay(Between, http.RequestAborted);
        return Results.Json(new { location = "/account/wallets?done=linked" }, Wire.Json);

        async Task<bool> IsThereAsync() => await api.GetAsync<Page<WalletView>>("/api/v1/users/wallets") is not { Refused: false, Value: { } mine } || mine.Data.Any(w => string.Equals(w.Address, signed.Address, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<IResult> EnterAsync(string how, Signed signed, HttpContext http, Api api, VisitorSession session)
    {
        var words = Texts.For(http);
        object body = how == "login" ? new { message = signed.Message, signature = signed.Signature }
            : new { message = signed.Message, signature = signed.Signature, email = signed.Email?.Trim(), name = signed.Name?.Trim(), language = words.Language };
        var answer = await api.PostAsync<SessionView>($"/api/v1/auth/wallet/{how}", body);
        if (answer.Refused) return Refuse(http, answer.Refusal);
        session.Start(answer.Value);
        return Results.Json(new { location = WebPages.LocalOrHome(signed.Return) }, Wire.Json);
    }

    /// <summary>Whether the chain knows a transaction: unknown, else what the service says of it.</summary>
    private static async Task<IResult> TransactionAsync(string hash, HttpContext http, Api api)
    {
        var answer = await api.GetAsync<JsonElement>($"/api/v1/blockchain/transactions/{hash}");
        if (answer is { Refused: true, Refusal.Kind: RefusalKind.NotFound }) return Results.Json(new { status = "unknown" });
        if (answer.Refused) return Refuse(http, answer.Refusal);
        return Results.Json(new { status = answer.Value.TryGetProperty("status", out var status) ? status.GetString() : "unknown" });
    }

    /// <summary>The guest's wallet is known: the terms to pay by are made, or found again.</summary>
    private static async Task<IResult> PayAsync(Guid id, Payer payer, HttpContext http, Api api)
    {
        var answer = await api.PostAsync<PaymentView>("/api/v1/payments", new { booking_id = id, method = "eth", wallet = payer.Wallet });
        return answer.Refused ? Refuse(http, answer.Refusal) : Results.Json(new { payment = answer.Value.Id.ToString() });
    }

    /// <summary>The demo wallet's way to the development chain. The service behind it answers only for such a chain, and only what such a wallet needs.</summary>
    private static async Task RpcAsync(HttpContext http, IHttpClientFactory clients, VisitorSession session)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        deadline.CancelAfter(NodeDeadline);
        using var node = clients.CreateClient("gateway");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/blockchain/rpc") { Content = new StreamContent(http.Request.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (session.AccessToken is { } token) request.Headers.Authorization = new("Bearer", token);
        try
        {
            if (!http.Request.HasJsonContentType()) { http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType; return; }
            using var answer = await node.SendAsync(request, deadline.Token);
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = "application/json";
            await answer.Content.CopyToAsync(http.Response.Body, deadline.Token);
        }
        catch (HttpRequestException) { http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable; }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested) { http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable; }
    }

    private static IResult Refuse(HttpContext http, Refusal refusal) => Results.Json(new { code = refusal.Code, message = Said(Texts.For(http), refusal) }, Wire.Json, statusCode: refusal.Kind switch
    {
        RefusalKind.Unauthenticated => 401,
        RefusalKind.PaymentRequired => 402,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.TooMany => 429,
        RefusalKind.Unavailable => 503,
        _ => 400,
    });

    /// <summary>A purse that is too small is told with its numbers, in the page's language; they stand in the service's own sentence: there, needed, fee.</summary>
    private static string Said(Words words, Refusal refusal)
    {
        if (refusal.Code != "wallet_balance_too_low" || Amounts().Matches(refusal.Message) is not [var has, var needs, var fee]) return words.Plain(refusal);
        var (there, needed, takes) = (Number(has), Number(needs), Number(fee));
        return words.Of("wallet.too_low", ("missing", Written(needed + takes - there)), ("there", Written(there)), ("needed", Written(needed)), ("fee", Written(takes)));

        static decimal Number(Match amount) => decimal.Parse(amount.Groups[1].Value, CultureInfo.InvariantCulture);
        string Written(decimal ether) => $"{ether.ToString("0.######", words.Culture)}\u00a0ETH";
    }

    [GeneratedRegex(@"(\d+(?:\.\d+)?) ETH")]
    private static partial Regex Amounts();
}
