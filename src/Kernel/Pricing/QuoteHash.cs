using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>
/// SHA-256 of everything in a quote that binds the parties, in lower-case hex: dates, guests, every amount, every refund tier with its instant. Labels and reasons are wording and stay out.
/// Hashed is canonical JSON as of RFC 8785: keys in order, no white space, integers only; anybody can compute it again.
/// </summary>
public static class QuoteHash
{
    /// <summary>RFC 8785 escapes only what JSON must; a "+" in a zone's name stays one.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(Quote quote)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Plain)) Write(json, quote);
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    /// <summary>The text that is hashed.</summary>
    public static string Canonical(Quote quote)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Plain)) Write(json, quote);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>False when a quote was changed after it was frozen.</summary>
    public static bool Matches(Quote quote) => Of(quote) == quote.Hash;

    private static void Write(Utf8JsonWriter json, Quote quote)
    {
        // Keys stand in ascending order everywhere.
        json.WriteStartObject();
        json.WriteString("check_in", Date(quote.CheckIn));
        json.WriteString("check_in_at", Instant(quote.CheckInAt));
        json.WriteString("check_out", Date(quote.CheckOut));
        json.WriteString("check_out_at", Instant(quote.CheckOutAt));
        json.WriteString("currency", quote.Currency);
        json.WriteNumber("deposit", quote.DepositMinor);
        json.WriteStartObject("grace");
        json.WriteString("confirmed_before", Instant(quote.Grace.ConfirmedBefore));
        json.WriteNumber("hours", quote.Grace.Hours);
        json.WriteEndObject();
        json.WriteNumber("guest_fee", quote.GuestFeeMinor);
        json.WriteNumber("guest_fee_vat", quote.GuestFeeVatMinor);
        json.WriteStartObject("guests");
        json.WriteNumber("adults", quote.Guests.Adults);
        json.WriteNumber("children", quote.Guests.Children);
        json.WriteNumber("infants", quote.Guests.Infants);
        json.WriteNumber("pets", quote.Guests.Pets);
        json.WriteEndObject();
        json.WriteNumber("host_fee", quote.HostFeeMinor);
        json.WriteString("host_id", quote.HostId.Value);
        json.WriteNumber("host_subtotal", quote.HostSubtotalMinor);
        json.WriteStartArray("lines");
        foreach (var line in quote.Lines)
        {
            json.WriteStartObject();
            json.WriteNumber("amount", line.AmountMinor);
            json.WriteString("kind", Wire.Name(line.Kind));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("nights");
        foreach (var night in quote.NightPrices) json.WriteNumberValue(night.AmountMinor);
        json.WriteEndArray();
        json.WriteNumber("payout", quote.PayoutMinor);
        json.WriteString("policy", Wire.Name(quote.Policy));
        json.WriteString("property_id", quote.PropertyId.Value);
        json.WriteStartArray("refund_tiers");
        foreach (var tier in quote.RefundTiers)
        {
            json.WriteStartObject();
            json.WriteNumber("guest_fee", tier.GuestFeeRefundMinor);
            json.WriteNumber("host_subtotal", tier.HostSubtotalRefundMinor);
            json.WriteNumber("tax", tier.TaxRefundMinor);
            json.WriteString("until", Instant(tier.Until));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("tax", quote.TaxMinor);
        json.WriteString("time_zone", quote.TimeZone);
        json.WriteNumber("total", quote.TotalMinor);
        json.WriteEndObject();
    }

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Whole seconds: check-in times have no fractions.</summary>
    private static string Instant(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
