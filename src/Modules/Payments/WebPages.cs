using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Payments;

/// <summary>Where in the web application a payer comes back to.</summary>
public sealed class WebPages(Settings settings)
{
    private readonly string web = (settings["PUBLIC_WEB_URL"] ?? "http://localhost:4200").TrimEnd('/');

    public string Checkout(Payment payment) => $"{web}/checkout/{payment.BookingId}";

    public string AfterPayment(Payment payment) => $"{web}/checkout/{payment.BookingId}/done?payment={payment.Id}";
}
