using System.Globalization;
using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.System.Tests;

/// <summary>A guest who pays stay after stay from a wallet while things break. What the product can't answer now is asked again; the wallet itself talks to the node, past the product, and pays each escrow once.</summary>
internal sealed class WalletPayer
{
    private readonly ManyProcesses product;
    private readonly Person guest;
    private readonly PropertyId home;
    private readonly string wallet;
    private readonly List<(BookingView Booking, PaymentView Payment, string Hash)> paid = [];

    private WalletPayer(ManyProcesses product, Person guest, PropertyId home, string wallet) => (this.product, this.guest, this.home, this.wallet) = (product, guest, home, wallet);

    /// <summary>Deposits that were sent.</summary>
    public int Sent => Volatile.Read(ref sent);

    private int sent;

    /// <summary>A new guest with a demo wallet, and a home of the host's that nobody else wants.</summary>
    public static async Task<WalletPayer> NewAsync(ManyProcesses product, Person host, string wallet)
    {
        var guest = await product.NewPersonAsync();
        await product.LinkDemoWalletAsync(guest, wallet);
        return new WalletPayer(product, guest, await product.NewHomeAsync(host.Id), wallet);
    }

    public async Task PayAsync(DateOnly checkIn, int stays)
    {
        for (var i = 0; i < stays; i++)
        {
            var (stay, key) = (Road.Stay(home, checkIn.AddDays(4 * i)), Guid.NewGuid().ToString());
            var booking = await AnsweredAsync<BookingView>(() => guest.Api.PostAsync("/api/v1/bookings", stay, key), "booked");
            var payment = await AnsweredAsync<PaymentView>(() => guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "eth", wallet }), "an escrow is named");
            paid.Add((booking, payment, await DepositAsync(payment.Escrow!)));
            Interlocked.Increment(ref sent);
        }
    }

    /// <summary>Every stay is confirmed, and its money went into its escrow once.</summary>
    public async Task CheckAsync()
    {
        foreach (var (booking, payment, hash) in paid)
        {
            await guest.ComesToAsync(booking, BookingStatus.Confirmed, 120);
            var settled = await guest.ReadAsync(payment.Id);
            (settled.Status, settled.Amount, settled.Escrow!.State, settled.Escrow.DepositHash).ShouldBe((PaymentStatus.Succeeded, booking.Total, EscrowState.Funded, hash));
            settled.Escrow.Transactions.Count(t => t.Kind == "deposit").ShouldBe(1);
        }
    }

    private async Task<T> AnsweredAsync<T>(Func<Task<HttpResponseMessage>> ask, string what) where T : class
    {
        T? answer = null;
        await Until.HoldsAsync(async () =>
        {
            try
            {
                using var response = await ask();
                if (!response.IsSuccessStatusCode) return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
                answer = await response.Content.ReadFromJsonAsync<T>(Wire.Json, CancellationToken.None);
                return "";
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException) { return e.Message; }
        }, problem => problem.Length == 0, what, 90);
        return answer!;
    }

    private async Task<string> DepositAsync(EscrowView escrow)
    {
        using var node = new HttpClient { BaseAddress = product.Node };
        var value = "0x" + BigInteger.Parse(escrow.ValueWei, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        using var response = await node.PostAsJsonAsync("", new { jsonrpc = "2.0", id = 1, method = "eth_sendTransaction", @params = new[] { new { from = escrow.GuestWallet, to = escrow.Contract, data = escrow.Data, value } } });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
        return answer.GetProperty("result").GetString()!;
    }
}
