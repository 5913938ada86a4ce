using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;

namespace EstoSpaces.Notifications;

/// <summary>Letters about money. The booking may be unknown when its event is late; then the letter says less.</summary>
public sealed class PaymentLetters(WebLinks links)
{
    public Letter Received(Tongue t, string? name, InvoiceView invoice) => new()
    {
        Subject = t.Say($"Receipt for {invoice.PropertyTitle}", $"Reçu pour {invoice.PropertyTitle}"),
        Preheader = t.Say($"We received {t.Money(invoice.Total)}. Invoice {invoice.Number}.", $"Nous avons reçu {t.Money(invoice.Total)}. Facture {invoice.Number}."),
        Heading = t.Say("Thank you, your payment arrived", "Merci, votre paiement est arrivé"),
        Brief = t.Say($"We received {t.Money(invoice.Total)} for {invoice.PropertyTitle}.", $"Nous avons reçu {t.Money(invoice.Total)} pour « {invoice.PropertyTitle} »."),
        Link = WebLinks.Trip(invoice.BookingId),
        Blocks =
        [
            new Paragraph(t.Hello(name)),
            new Paragraph(t.Say($"We received {t.Money(invoice.Total)} for your stay at {invoice.PropertyTitle}.", $"Nous avons reçu {t.Money(invoice.Total)} pour votre séjour « {invoice.PropertyTitle} ».")),
            new Rows(null, [(t.Say("Invoice", "Facture"), invoice.Number), (t.Say("Booking code", "Code de réservation"), invoice.BookingReference),
                (t.Say("Stay", "Séjour"), $"{t.Day(invoice.CheckIn)}\n{t.Day(invoice.CheckOut)}")]),
            BookingLetters.Price(t, invoice.Lines, invoice.Total.AmountMinor, invoice.Total.Currency),
            new Button(t.Say("See your trip", "Voir votre voyage"), links.To(WebLinks.Trip(invoice.BookingId))),
        ],
    };

    public Letter Failed(Tongue t, string? name, PaymentFailed fact, BookingFacts? booking) => new()
    {
        Subject = t.Say("Your payment did not go through", "Votre paiement n’a pas abouti"),
        Preheader = t.Say("Your card was not charged. You can try again, also with another card.", "Votre carte n’a pas été débitée. Vous pouvez réessayer, aussi avec une autre carte."),
        Heading = t.Say("Your payment did not go through", "Votre paiement n’a pas abouti"),
        Brief = t.Say($"The payment{For(t, booking)} did not go through. Try again, also with another card.", $"Le paiement{For(t, booking)} n’a pas abouti. Réessayez, aussi avec une autre carte."),
        Link = WebLinks.Trip(fact.BookingId),
        Blocks =
        [
            new Paragraph(t.Hello(name)),
            new Paragraph(t.Say($"Your bank did not let the payment{For(t, booking)} through, and your card was not charged. You can try again while the nights are held for you, also with another card.",
                $"Votre banque n’a pas accepté le paiement{For(t, booking)}, et votre carte n’a pas été débitée. Vous pouvez réessayer tant que les nuits vous sont réservées, aussi avec une autre carte.")),
            new Button(t.Say("Try again", "Réessayer"), links.To(WebLinks.Trip(fact.BookingId))),
        ],
    };

    public Letter Refunded(Tongue t, string? name, RefundSucceeded fact, BookingFacts? booking)
    {
        var (amount, toWallet) = (fact.Amount, fact.Method is PaymentMethod.Eth);
        var when = toWallet
            ? t.Say("The escrow contract has credited it to the wallet you paid from, in ether at the rate you paid.", "Le contrat de séquestre l’a crédité au portefeuille utilisé, en ether au cours de votre paiement.")
            : t.Say("Banks take up to ten working days to show it.", "Les banques mettent jusqu’à dix jours ouvrés pour l’afficher.");
        return new Letter
        {
            Subject = t.Say($"Your refund of {t.Money(amount)} is on its way", $"Votre remboursement de {t.Money(amount)} est en route"),
            Preheader = when,
            Heading = t.Say("Your refund is on its way", "Votre remboursement est en route"),
            Brief = t.Say($"{t.Money(amount)}{For(t, booking)} goes back to you.", $"{t.Money(amount)}{For(t, booking)} vous sont remboursés."),
            Link = WebLinks.Trip(fact.BookingId),
            Blocks =
            [
                new Paragraph(t.Hello(name)),
                new Paragraph(toWallet
                    ? t.Say($"{t.Money(amount)}{For(t, booking)} are yours again. {when}", $"{t.Money(amount)}{For(t, booking)} sont de nouveau à vous. {when}")
                    : t.Say($"We sent {t.Money(amount)}{For(t, booking)} back to the card you paid with. Your bank may take up to ten working days to show it.",
                        $"Nous avons renvoyé {t.Money(amount)}{For(t, booking)} sur la carte utilisée. Votre banque peut mettre jusqu’à dix jours ouvrés pour l’afficher.")),
                .. toWallet && fact.TxHash is { } hash ? new Block[] { new Rows(null, [("Transaction", hash)]) } : [],
                new Button(t.Say("See the details", "Voir le détail"), links.To(WebLinks.Trip(fact.BookingId))),
            ],
        };
    }

    private static string For(Tongue t, BookingFacts? booking) => booking is null ? "" : t.Say($" for {booking.PropertyTitle}", $" pour « {booking.PropertyTitle} »");
}
