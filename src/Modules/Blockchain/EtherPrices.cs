using System.Globalization;
using System.Text.Json;
using EstoSpaces.Blockchain.Watching;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Blockchain;

/// <summary>
/// What one ether costs in a currency's main unit. Fixed by ETH_PRICES, else asked at ETH_PRICE_URL, which answers as Coinbase's exchange-rates for ETH do: {"data":{"currency":"ETH","rates":{"EUR":"3012.55",…}}}.
/// A price is asked anew after a minute and believed for ten when nobody answers; after that there is none.
/// </summary>
public sealed class EtherPrices(ChainSettings settings, IHttpClientFactory clients, ILogger<EtherPrices> log)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1), Believed = TimeSpan.FromMinutes(10), Deadline = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim asking = new(1, 1);
    private volatile Known? known;

    private sealed record Known(IReadOnlyDictionary<string, decimal> Rates, long At);

    /// <summary>The price, or null when none can be had.</summary>
    public async Task<decimal?> OfAsync(string currency, CancellationToken ct)
    {
        if (settings.Prices.TryGetValue(currency, out var price)) return price;
        if (settings.PriceUrl is null) return null;
        if (Age() > Fresh)
        {
            await asking.WaitAsync(ct);
            try { if (Age() > Fresh) await AskAsync(ct); }
            finally { asking.Release(); }
        }
        return Age() <= Believed && known!.Rates.TryGetValue(currency, out var asked) ? asked : null;
    }

    private TimeSpan Age() => known is { } now ? TimeProvider.System.GetElapsedTime(now.At) : TimeSpan.MaxValue;

    private async Task AskAsync(CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Deadline);
        try
        {
            using var http = clients.CreateClient(ChainFinder.ClientName);
            using var document = JsonDocument.Parse(await http.GetStringAsync(settings.PriceUrl, deadline.Token));
            var rates = new Dictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var rate in document.RootElement.GetProperty("data").GetProperty("rates").EnumerateObject())
                if (decimal.TryParse(rate.Value.ValueKind == JsonValueKind.String ? rate.Value.GetString() : rate.Value.GetRawText(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price > 0) rates[rate.Name] = price;
            if (document.RootElement.GetProperty("data").GetProperty("currency").GetString() == "ETH") known = new Known(rates, TimeProvider.System.GetTimestamp());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException || (e is OperationCanceledException && !ct.IsCancellationRequested)) { log.PriceUnknown(e.Message); }
    }
}
