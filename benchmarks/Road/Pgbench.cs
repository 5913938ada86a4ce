using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Road;

/// <summary>Postgres' own load generator on the product's own database (Debian: postgresql-contrib or postgresql-15). Throws when it is not on this machine.</summary>
internal sealed partial class Pgbench(string folder, int seconds, int clients)
{
    /// <summary>Transactions per second of the script, one script being one booking.</summary>
    public async Task<double> RunAsync(string database, string script)
    {
        var today = new DateOnly(2026, 9, 1);
        var listing = new PricedListing(PropertyId.New(), UserId.New(), "Europe/Lisbon", new StayRules { MaxGuests = 4 }, new PriceRules { Currency = "EUR", BaseNightMinor = 100_00, CleaningFeeMinor = 40_00, IncludedGuests = 4 });
        var quote = JsonSerializer.Serialize(QuoteCalculator.Quote(listing, new PlatformFees(), new DateRange(today.AddDays(30), today.AddDays(32)), new GuestParty(2), today), Wire.Json);
        var start = new ProcessStartInfo("pgbench",
            ["-n", "-M", "simple", "-c", clients.ToString(CultureInfo.InvariantCulture), "-j", "2", "-T", seconds.ToString(CultureInfo.InvariantCulture), "-D", $"quote={quote}", "-D", "listing={\"title\":\"Garden flat\",\"city\":\"Lisbon\"}",
                "-f", Path.Combine(AppContext.BaseDirectory, "sql", script), "-h", "127.0.0.1", "-p", (await File.ReadAllTextAsync(Path.Combine(folder, "postgres.port"))).Trim(), "-U", "postgres", database])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = (await File.ReadAllTextAsync(Path.Combine(folder, "postgres.password"))).Trim();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var found = Tps().Match(await output);
        return found.Success ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"pgbench: {await errors}");
    }

    [GeneratedRegex(@"tps = ([\d.]+)")]
    private static partial Regex Tps();
}
