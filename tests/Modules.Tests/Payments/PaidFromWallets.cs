using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EstoSpaces.Blockchain;
using EstoSpaces.Blockchain.Development;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>A held booking whose guest and host have proven wallets: the guest's has ether, the host's is the one that he is paid to.</summary>
internal sealed record WalletBooking(HeldBooking Held, string GuestWallet, string HostWallet)
{
    public BookingId Id => Held.Id;
    public Quote Quote => Held.Quote;

    public Task<HttpResponseMessage> AskAsync(string? wallet = null) => Held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = Id, method = "eth", wallet = wallet ?? GuestWallet });

    public async Task<PaymentView> StartAsync(string? wallet = null)
    {
        var answer = await AskAsync(wallet);
        return await Task.FromResult(answer).ReadAsync<PaymentView>((int)answer.StatusCode == 201 ? 201 : 200);
    }
}

/// <summary>Pays bookings from wallets on the product's own development chain: the real contract, real transactions, any account.</summary>
internal static class PaidFromWallets
{
    /// <summary>Blocks come every second on the development chain, three deep is confirmed, and the machine may be busy.</summary>
    public const int Patience = 120;

    private static readonly HttpClient Node = new();

    /// <summary>Asks the development node itself, past the product.</summary>
    public static async Task<JsonElement> NodeAsync(this TestProduct product, string method, params object[] arguments)
    {
        using var response = await Node.PostAsJsonAsync(product.Inside<ChainSettings>("blockchain").RpcUrl, new { jsonrpc = "2.0", id = 1, method, @params = arguments });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.TryGetProperty("error", out var error).ShouldBeFalse(error.ToString());
        return answer.GetProperty("result").Clone();
    }

    /// <summary>Links a new wallet with so much ether to somebody's account.</summary>
    public static async Task<string> NewWalletAsync(this TestProduct product, Person person, bool payout = false, int ether = 1000)
    {
        await product.ChainIsOnAsync();
        var address = (await product.LinkWalletAsync(person)).Address.ToString();
        await product.NodeAsync("anvil_setBalance", address, "0x" + (new System.Numerics.BigInteger(ether) * System.Numerics.BigInteger.Pow(10, 18)).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0'));
        await product.NodeAsync("anvil_impersonateAccount", address);
        await Until.HoldsAsync(async () => (await person.Api.GetAsync("/api/v1/users/wallets").ReadAsync<Page<WalletView>>()).Data.Any(w => w.Address == address), "the wallet is known", Patience);
        if (payout) await person.Api.PutAsync($"/api/v1/users/wallets/{address}", JsonContent.Create(new { payout = true })).ShouldBeAsync(200);
        return address;
    }

    public static async Task<WalletBooking> WithWalletsAsync(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm)
    {
        var held = await product.WithHeldBookingAsync(policy);
        return new WalletBooking(held, await product.NewWalletAsync(held.Guest), await product.NewWalletAsync(held.Host, payout: true, ether: 10));
    }

    /// <summary>Sends a call to the escrow contract; answers the transaction's hash once the node has it in a block. Throws when the contract refuses it.</summary>
    public static async Task<string> SendAsync(this TestProduct product, string from, string to, string data, string valueWei = "0")
    {
        var value = "0x" + System.Numerics.BigInteger.Parse(valueWei, CultureInfo.InvariantCulture).ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0');
        await product.NodeAsync("eth_call", new { from, to, data, value }, "latest");
        var hash = (await product.NodeAsync("eth_sendTransaction", new { from, to, data, value, gas = "0x200000" })).GetString()!;
        var receipt = await Until.HoldsAsync(() => product.NodeAsync("eth_getTransactionReceipt", hash), r => r.ValueKind is JsonValueKind.Object, "the transaction is in a block", Patience);
        receipt.GetProperty("status").GetString().ShouldBe("0x1");
        return hash;
    }

    public static Task<string> DepositAsync(this TestProduct product, EscrowView escrow) => product.SendAsync(escrow.GuestWallet, escrow.Contract, escrow.Data!, escrow.ValueWei);

    /// <summary>A booking paid from a wallet and confirmed, with its payment.</summary>
    public static async Task<(WalletBooking Booking, PaymentView Payment)> WithWalletPaidAsync(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm)
    {
        var booking = await product.WithWalletsAsync(policy);
        var payment = await booking.StartAsync();
        await product.DepositAsync(payment.Escrow!);
        await product.BecomesAsync(booking, payment.Id, PaymentStatus.Succeeded);
        await product.BecomesAsync(booking, BookingStatus.Confirmed);
        return (booking, await booking.Held.ReadAsync(payment.Id));
    }

    public static Task<PaymentView> BecomesAsync(this TestProduct product, WalletBooking booking, PaymentId payment, PaymentStatus status) =>
        Until.HoldsAsync(() => booking.Held.ReadAsync(payment), p => p.Status == status, $"payment becomes {status}", Patience);

    public static Task<BookingView> BecomesAsync(this TestProduct product, WalletBooking booking, BookingStatus status) =>
        Until.HoldsAsync(() => booking.Held.Guest.Api.GetAsync($"/api/v1/bookings/{booking.Id}").ReadAsync<BookingView>(), b => b.Status == status, $"booking becomes {status}", Patience);

    public static async Task<EscrowTerms> TermsAsync(this TestProduct product, EscrowView escrow) => (await product.Inside<EstoSpaces.Blockchain.Escrows.EscrowDesk>("blockchain").FindAsync(escrow.EscrowId, CancellationToken.None))!.Terms;

    public static string Arbiter(this TestProduct product) => new DevelopmentAccounts(product.Inside<ChainLink>("blockchain").Live!.Accounts).Arbiter.ToString();

    public static Task<string> CallAsync(this TestProduct product, string from, EscrowView escrow, byte[] data) => product.SendAsync(from, escrow.Contract, Hex.Data(data));

    public static async Task<(string Status, long Amount, string Reason)> PayoutAsync(this WalletBooking booking)
    {
        var all = (await booking.Held.Host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data").EnumerateArray().Where(p => p.GetProperty("booking_id").GetString() == booking.Id.ToString()).ToList();
        return all is [var one] ? (one.GetProperty("status").GetString()!, one.GetProperty("amount").GetProperty("amount").GetInt64(), one.GetProperty("reason").GetString()!) : ("none", 0, "");
    }

    public static void MoveTo(this TestProduct product, DateTimeOffset when) => product.Clock.SetOffset(product.Clock.Offset + (when - product.Now));

    /// <summary>Every escrow of the contract holds what the ledger says, as soon as what is on its way has arrived; and the ledger agrees with itself.</summary>
    public static async Task ContractAgreesAsync(this TestProduct product)
    {
        var check = product.Inside<EscrowCheck>("payments");
        await Until.HoldsAsync(async () => await check.CompareAsync(CancellationToken.None), look => look is { Differences.Count: 0 }, "ledger and contract agree", Patience);
        await product.LedgerAgreesAsync();
    }
}
