using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using EstoSpaces.Blockchain;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Modules.Tests.Payments;
using EstoSpaces.Modules.Tests.Registry;
using EstoSpaces.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>The price of ether from a server that answers well, badly, late or not at all.</summary>
public sealed class EtherPriceTests
{
    private readonly MovableTime time = new();

    [Fact]
    public async Task A_price_is_asked_once_a_minute_and_those_in_the_settings_never()
    {
        await using var source = await PriceServer.StartAsync();
        var prices = PricesAt(source, "GBP=2600.50");
        (await PriceAsync(prices)).ShouldBe(3012.55m);
        (await prices.OfAsync("USD", CancellationToken.None)).ShouldBe(3250m); // as a number, too
        (await prices.OfAsync("GBP", CancellationToken.None)).ShouldBe(2600.50m);
        (await prices.OfAsync("CHF", CancellationToken.None)).ShouldBeNull();
        source.Asked.ShouldBe(1);

        source.Says(Body("3100.10"));
        time.Move(TimeSpan.FromSeconds(59));
        (await PriceAsync(prices)).ShouldBe(3012.55m);
        time.Move(TimeSpan.FromSeconds(2));
        (await PriceAsync(prices)).ShouldBe(3100.10m);
        source.Asked.ShouldBe(2);
    }

    public static TheoryData<string, string> BadAnswers => new()
    {
        { "no JSON", "<html>busy</html>" },
        { "nothing", "" },
        { "a list", "[]" },
        { "no data", """{"rates":{"EUR":"3012.55"}}""" },
        { "no rates", """{"data":{"currency":"ETH"}}""" },
        { "rates that are a list", """{"data":{"currency":"ETH","rates":["3012.55"]}}""" },
        { "another currency", """{"data":{"currency":"BTC","rates":{"EUR":"90000"}}}""" },
        { "a currency that is a number", """{"data":{"currency":1,"rates":{"EUR":"3012.55"}}}""" },
        { "a negative price", Body("-3012.55") },
        { "zero", Body("0") },
        { "next to nothing", Body("0.0000001") },
        { "a huge price", Body("79228162514264337593543950335") },
        { "more than a number can be", Body("1" + new string('0', 400)) },
        { "an exponent", Body("3e3") },
        { "a word", Body("NaN") },
        { "a thousands separator", Body("3,012.55") },
        { "no value", """{"data":{"currency":"ETH","rates":{"EUR":null}}}""" },
    };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task Nonsense_is_no_price_and_the_last_good_one_is_believed_for_ten_minutes(string what, string body)
    {
        await using var source = await PriceServer.StartAsync();
        source.Says(body);
        var prices = PricesAt(source);
        (await PriceAsync(prices)).ShouldBeNull(what);

        source.Says(Body("3012.55"));
        time.Move(TimeSpan.FromSeconds(6));
        (await PriceAsync(prices)).ShouldBe(3012.55m);
        source.Says(body);
        time.Move(TimeSpan.FromMinutes(9.5));
        (await PriceAsync(prices)).ShouldBe(3012.55m);
        time.Move(TimeSpan.FromMinutes(1));
        (await PriceAsync(prices)).ShouldBeNull(what);
        source.Asked.ShouldBe(4);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("404")]
    [InlineData("redirect")]
    [InlineData("large")]
    [InlineData("endless")]
    [InlineData("broken off")]
    public async Task A_server_that_does_not_answer_well_has_no_price(string how)
    {
        await using var source = await PriceServer.StartAsync();
        source.Behaves(how);
        var prices = PricesAt(source);
        (await PriceAsync(prices)).ShouldBeNull();
        source.Elsewhere.ShouldBe(0);
        source.Says(Body("3012.55"));
        time.Move(TimeSpan.FromSeconds(6));
        (await PriceAsync(prices)).ShouldBe(3012.55m);
    }

    [Fact]
    public async Task A_server_that_is_slow_is_waited_for_once_by_all_who_ask()
    {
        await using var source = await PriceServer.StartAsync();
        source.Behaves("silent");
        var prices = PricesAt(source);
        var began = Stopwatch.StartNew();
        (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PriceAsync(prices)))).ShouldAllBe(price => price == null);
        source.Asked.ShouldBe(1);
        began.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(4));
        using var gone = new CancellationTokenSource();
        time.Move(TimeSpan.FromSeconds(6));
        var leaves = prices.OfAsync("EUR", gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(leaves);
    }

    [Fact]
    public async Task A_price_that_doubles_or_halves_is_not_believed_until_the_last_one_is_old()
    {
        await using var source = await PriceServer.StartAsync();
        var prices = PricesAt(source);
        (await PriceAsync(prices)).ShouldBe(3012.55m);
        foreach (var slip in (string[])["301255", "30.1255"])
        {
            source.Says(Body(slip));
            time.Move(TimeSpan.FromMinutes(2));
            (await PriceAsync(prices)).ShouldBe(3012.55m);
        }
        time.Move(TimeSpan.FromMinutes(7));
        (await PriceAsync(prices)).ShouldBe(30.1255m); // so it says for ten minutes: then so it is
    }

    /// <summary>The whole way: what a guest is told, and the rate at which he pays.</summary>
    [Fact]
    public async Task A_guest_without_a_price_is_told_to_pay_by_card_and_with_one_pays_at_it()
    {
        await using var source = await PriceServer.StartAsync();
        source.Behaves("500");
        await using var product = await TestProduct.StartAsync(("ETH_PRICES", "GBP=2600"), ("ETH_PRICE_URL", source.Url));
        var booking = await product.WithWalletsAsync();
        var told = await booking.AskAsync().ShouldRefuseAsync(409, "ether_price_unknown");
        told.GetProperty("detail").GetString()!.ShouldContain("Pay by card, or try again later");
        (await booking.Held.StartAsync()).Method.ShouldBe(PaymentMethod.Card);

        source.Says(Body("3012.55"));
        var payment = await Until.HoldsAsync(async () =>
        {
            using var answer = await booking.AskAsync();
            return answer.IsSuccessStatusCode ? await booking.StartAsync() : null;
        }, p => p is not null, "there is a price", PaidFromWallets.Patience);
        var escrow = payment!.Escrow!;
        escrow.EtherPrice.ShouldBe("3012.55");
        var perMinor = ((2 * BigInteger.Pow(10, 18)) + 301255) / (2 * 301255);
        escrow.WeiPerMinor.ShouldBe(perMinor.ToString(CultureInfo.InvariantCulture));
        escrow.ValueWei.ShouldBe((perMinor * booking.Quote.TotalMinor).ToString(CultureInfo.InvariantCulture));
        await product.DepositAsync(escrow);
        await product.BecomesAsync(booking, payment.Id, PaymentStatus.Succeeded);
    }

    private static Task<decimal?> PriceAsync(EtherPrices prices) => prices.OfAsync("EUR", CancellationToken.None);

    private static string Body(string euros) => "{\"data\":{\"currency\":\"ETH\",\"rates\":{\"EUR\":\"" + euros + "\",\"USD\":" + (euros == "3012.55" ? "3250" : "null") + "}}}";

    /// <summary>With the client that the module gives it.</summary>
    private EtherPrices PricesAt(PriceServer source, string fixedPrices = "")
    {
        var settings = new Settings(new Dictionary<string, string>()).With(("ENVIRONMENT", "test"), ("ETH_PRICES", fixedPrices.Length > 0 ? fixedPrices : "GBP=1"), ("ETH_PRICE_URL", source.Url));
        var services = new ServiceCollection();
        new BlockchainModule().AddServices(services, OwnRegistry.ContextFor(new BlockchainModule().Facts, settings, ""));
        var clients = services.AddLogging().BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
        return new EtherPrices(ChainSettings.From(settings), clients, NullLogger<EtherPrices>.Instance) { Time = time };
    }

    private sealed class PriceServer : IAsyncDisposable
    {
        private readonly WebApplication app;
        private volatile Func<HttpContext, Task> answer = http => http.Response.WriteAsync(Body("3012.55"));
        private int asked, elsewhere;

        private PriceServer(WebApplication app) => this.app = app;

        public string Url => app.Urls.Single() + "/exchange-rates?currency=ETH";
        public int Asked => Volatile.Read(ref asked);
        public int Elsewhere => Volatile.Read(ref elsewhere);

        public static async Task<PriceServer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var server = new PriceServer(builder.Build());
            server.app.MapGet("/exchange-rates", (HttpContext http) =>
            {
                Interlocked.Increment(ref server.asked);
                return server.answer(http);
            });
            server.app.MapGet("/elsewhere", (HttpContext http) =>
            {
                Interlocked.Increment(ref server.elsewhere);
                return http.Response.WriteAsync(Body("1.00"));
            });
            await server.app.StartAsync();
            return server;
        }

        public void Says(string body) => answer = http => http.Response.WriteAsync(body);

        public void Behaves(string how) => answer = async http =>
        {
            switch (how)
            {
                case "redirect":
                    http.Response.Redirect("/elsewhere");
                    return;
                case "large":
                    await http.Response.WriteAsync(Body("3012.55") + new string(' ', 300 << 10));
                    return;
                case "endless":
                    while (!http.RequestAborted.IsCancellationRequested) await http.Response.WriteAsync(new string(' ', 1 << 10), http.RequestAborted);
                    return;
                case "broken off":
                    await http.Response.WriteAsync("""{"data":{"currency":"ETH","rates":{"EUR":"301""");
                    await http.Response.Body.FlushAsync();
                    http.Abort();
                    return;
                case "silent":
                    var gone = new TaskCompletionSource();
                    await using (http.RequestAborted.Register(() => gone.TrySetResult())) await gone.Task;
                    return;
                default:
                    http.Response.StatusCode = int.Parse(how, CultureInfo.InvariantCulture);
                    await http.Response.WriteAsync(Body("3012.55"));
                    return;
            }
        };

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
