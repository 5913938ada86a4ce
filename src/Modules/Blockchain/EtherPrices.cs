using System.Globalization;
using System.Text.Json;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Blockchain;

/// <summary>
/// What one ether costs in a currency's main unit. Fixed by ETH_PRICES, else asked at ETH_PRICE_URL, which answers as Coinbase's exchange-rates for ETH do: {"data":{"currency":"ETH","rates":{"EUR":"3012.55",…}}}.
/// A price is asked anew after a minute and believed for ten when nobody answers; after that there is none. One that can't be, or has doubled or halved since the last one that is believed, counts as no answer: a slip
/// in somebody's table must not sell a stay for nothing.
/// </summary>
public sealed class EtherPrices(ChainSettings settings, IHttpClientFactory clients, ILogger<EtherPrices> log)
{
    private const decimal Least = 0.01m, Most = 10_000_000_000m;
    private const int LargestAnswer = 256 << 10;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1), Believed = TimeSpan.FromMinutes(10), Deadline = TimeSpan.FromSeconds(5), Rest = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim asking = new(1, 1);
    private volatile Known? known;
    private long? failedAt;

    private sealed record Known(IReadOnlyDictionary<string, decimal> Rates, long At);

    /// <summary>By which the age of a price is measured; never the product's clock, which may be moved.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The price, or null when none can be had.</summary>
    public async Task<decimal?> OfAsync(string currency, CancellationToken ct)
    {
        if (settings.Prices.TryGetValue(currency, out var price)) return price;
        if (settings.PriceUrl is not { } url) return null;
        if (Age() > Fresh)
        {
            await asking.WaitAsync(ct);
            try
            {
                // Those who waited while somebody asked in vain don't wait for the same again, one after the other.
                if (Age() > Fresh && (failedAt is not { } at || Time.GetElapsedTime(at) > Rest)) failedAt = await AskAsync(url, ct) ? null : Time.GetTimestamp();
            }
            finally { asking.Release(); }
        }
        return Age() <= Believed && known!.Rates.TryGetValue(currency, out var asked) ? asked : null;
    }

    private TimeSpan Age() => known is { } now ? Time.GetElapsedTime(now.At) : TimeSpan.MaxValue;

    private async Task<bool> AskAsync(Uri url, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Deadline);
        try
        {
            using var http = clients.CreateClient(ChainFinder.ClientName);
            http.MaxResponseContentBufferSize = LargestAnswer;
            using var document = JsonDocument.Parse(await http.GetByteArrayAsync(url, deadline.Token));
            var data = document.RootElement.GetProperty("data");
            if (data.GetProperty("currency").GetString() != "ETH") return No("the answer is about another currency");
            var rates = new Dictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var rate in data.GetProperty("rates").EnumerateObject())
                if (Currencies.IsKnown(rate.Name) && PriceIn(rate.Value) is { } price) rates[rate.Name] = price;
            if (rates.Count == 0) return No("the answer has no price of a currency that is known here");
            if (Age() <= Believed)
                foreach (var (currency, price) in rates)
                    if (known!.Rates.TryGetValue(currency, out var before) && (price > 2 * before || before > 2 * price))
                        return No(string.Create(CultureInfo.InvariantCulture, $"{price} {currency} after {before} is no change to believe at once"));
            known = new Known(rates, Time.GetTimestamp());
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return No($"no answer within {Deadline.TotalSeconds:F0} s"); }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException) { return No(e.Message); }
    }

    /// <summary>Null for what is no number, or can't be what an ether costs anywhere.</summary>
    private static decimal? PriceIn(JsonElement value) =>
        decimal.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price is >= Least and <= Most ? price : null;

    private bool No(string why)
    {
        log.PriceUnknown(why);
        return false;
    }
}
