using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Notifications;

/// <summary>Letters about a booking, to its guest and to its host.</summary>
public sealed class BookingLetters(WebLinks links)
{
    public Letter ConfirmedForGuest(Tongue t, string? name, BookingConfirmed fact, DateTimeOffset now)
    {
        var b = fact.Booking;
        var url = links.To(WebLinks.Trip(b.BookingId));
        return new Letter
        {
            Subject = t.Say($"Your stay in {b.City} is confirmed", $"Votre séjour à {b.City} est confirmé"),
            Preheader = t.Say($"{b.PropertyTitle}, {t.Day(b.CheckIn)}, {t.Nights(b.Quote.Nights)}.", $"{b.PropertyTitle}, {t.Day(b.CheckIn)}, {t.Nights(b.Quote.Nights)}."),
            Heading = t.Say($"{b.City} is yours", $"{b.City} vous attend"),
            Brief = t.Say($"Your stay at {b.PropertyTitle} is confirmed.", $"Votre séjour « {b.PropertyTitle} » est confirmé."),
            Link = WebLinks.Trip(b.BookingId),
            Sms = t.Say($"EstoSpaces: your stay in {b.City} from {b.CheckIn:yyyy-MM-dd} is confirmed ({b.Reference}). {url}", $"EstoSpaces : votre séjour à {b.City} dès le {b.CheckIn:yyyy-MM-dd} est confirmé ({b.Reference}). {url}"),
            File = CalendarFile.Of(b, fact.Place, t.Say($"Stay: {b.PropertyTitle}", $"Séjour : {b.PropertyTitle}"), url, now),
            Blocks =
            [
                .. PictureOf(b),
                new Paragraph(t.Hello(name)),
                new Paragraph(t.Say($"{b.PropertyTitle} is booked and paid. The calendar entry is attached.", $"« {b.PropertyTitle} » est réservé et payé. L’événement pour votre agenda est joint.")),
                new Rows(null, [.. Stay(t, b), (t.Say("Address", "Adresse"), Address(fact.Place))]),
                new Button(t.Say("See your trip", "Voir votre voyage"), url),
                Price(t, b.Quote),
                RefundLine(t, b.Quote, fact.ConfirmedAt),
                new Note(t.Say($"Times are local to {b.City}.", $"Les heures sont celles de {b.City}.")),
            ],
        };
    }

    public Letter ConfirmedForHost(Tongue t, string? name, BookingConfirmed fact, string? guestName)
    {
        var b = fact.Booking;
        var guest = guestName ?? t.Say("A guest", "Un voyageur");
        return new Letter
        {
            Subject = t.Say($"{guest} booked {b.PropertyTitle}", $"{guest} a réservé {b.PropertyTitle}"),
            Preheader = t.Say($"{t.Day(b.CheckIn)}, {t.Nights(b.Quote.Nights)}. Your payout: {t.Money(b.Quote.PayoutMinor, b.Quote.Currency)}.", $"{t.Day(b.CheckIn)}, {t.Nights(b.Quote.Nights)}. Votre versement : {t.Money(b.Quote.PayoutMinor, b.Quote.Currency)}."),
            Heading = t.Say("A new booking", "Une nouvelle réservation"),
            Brief = t.Say($"{guest} booked {b.PropertyTitle} from {t.Day(b.CheckIn)}.", $"{guest} a réservé « {b.PropertyTitle} » à partir du {t.Day(b.CheckIn)}."),
            Link = WebLinks.HostBooking(b.BookingId),
            Sms = t.Say($"EstoSpaces: new booking {b.Reference}, {b.CheckIn:yyyy-MM-dd} to {b.CheckOut:yyyy-MM-dd}.", $"EstoSpaces : nouvelle réservation {b.Reference}, du {b.CheckIn:yyyy-MM-dd} au {b.CheckOut:yyyy-MM-dd}."),
            Blocks =
            [
                .. PictureOf(b),
                new Paragraph(t.Hello(name)),
                new Paragraph(t.Say($"{guest} booked {b.PropertyTitle} and paid. The nights are closed in your calendar.", $"{guest} a réservé et payé « {b.PropertyTitle} ». Les nuits sont fermées dans votre calendrier.")),
                new Rows(null, Stay(t, b)),
                Payout(t, b.Quote),
                new Button(t.Say("See the booking", "Voir la réservation"), links.To(WebLinks.HostBooking(b.BookingId))),
                new Note(t.Say("The payout goes out after the stay.", "Le versement part après le séjour.")),
            ],
        };
    }

    public Letter Requested(Tongue t, string? name, BookingRequested fact, string? guestName)
    {
        var b = fact.Booking;
        var guest = guestName ?? t.Say("A guest", "Un voyageur");
        IEnumerable<Block> message = string.IsNullOrWhiteSpace(fact.Message) ? [] : [new Quotation(guest, fact.Message)];
        return new Letter
        {
            Subject = t.Say($"{guest} would like to stay at {b.PropertyTitle}", $"{guest} souhaite séjourner à {b.PropertyTitle}"),
            Preheader = t.Say($"Answer before {t.Moment(fact.AnswerBy, b.Quote.TimeZone)}.", $"Répondez avant le {t.Moment(fact.AnswerBy, b.Quote.TimeZone)}."),
            Heading = t.Say("A request to book", "Une demande de réservation"),
            Brief = t.Say($"{guest} asks to stay at {b.PropertyTitle} from {t.Day(b.CheckIn)}.", $"{guest} demande à séjourner à « {b.PropertyTitle} » à partir du {t.Day(b.CheckIn)}."),
            Link = WebLinks.HostBooking(b.BookingId),
            Sms = t.Say($"EstoSpaces: request to book {b.Reference} from {b.CheckIn:yyyy-MM-dd}. Please answer.", $"EstoSpaces : demande de réservation {b.Reference} dès le {b.CheckIn:yyyy-MM-dd}. Merci de répondre."),
            Blocks =
            [
                new Paragraph(t.Hello(name)),
                new Paragraph(t.Say($"{guest} would like to stay at {b.PropertyTitle}. Please accept or decline before {t.Moment(fact.AnswerBy, b.Quote.TimeZone)} (local time), else the request expires.",
                    $"{guest} souhaite séjourner à « {b.PropertyTitle} ». Merci d’accepter ou de refuser avant le {t.Moment(fact.AnswerBy, b.Quote.TimeZone)} (heure locale), sans quoi la demande expire.")),
                .. message,
                new Rows(null, Stay(t, b)),
                Payout(t, b.Quote),
                new Button(t.Say("Answer the request", "Répondre à la demande"), links.To(WebLinks.HostBooking(b.BookingId))),
            ],
        };
    }

    public Letter Declined(Tongue t, string? name, BookingDeclined fact)
    {
        var b = fact.Booking;
        IEnumerable<Block> reason = string.IsNullOrWhiteSpace(fact.Reason) ? [] : [new Quotation(t.Say("The host", "L’hôte"), fact.Reason)];
        return Ended(t, name, b, t.Say($"Your request for {b.PropertyTitle} was declined", $"Votre demande pour {b.PropertyTitle} a été refusée"),
            t.Say("The host can't take you on these dates. Nothing was charged.", "L’hôte ne peut pas vous accueillir à ces dates. Rien n’a été débité."), reason);
    }

    public Letter Expired(Tongue t, string? name, BookingFacts b) => Ended(t, name, b, t.Say($"Your booking of {b.PropertyTitle} has expired", $"Votre réservation de {b.PropertyTitle} a expiré"),
        t.Say("The nights were held for you, but no payment arrived in time. Nothing was charged, and the dates may still be free.", "Les nuits vous étaient réservées, mais aucun paiement n’est arrivé à temps. Rien n’a été débité, et les dates sont peut-être encore libres."), []);

    public Letter CancelledForGuest(Tongue t, string? name, BookingCancelled fact, DateTimeOffset now)
    {
        var b = fact.Booking;
        var (byHost, ruled) = (fact.CancelledBy == "host", fact.CancelledBy == "ruling");
        var url = links.To(WebLinks.Trip(b.BookingId));
        var refund = fact.PaymentId is null ? t.Say("Nothing was charged.", "Rien n’a été débité.")
            : fact.RefundMinor > 0 ? t.Say($"{t.Money(fact.RefundMinor, b.Quote.Currency)} goes back the way you paid.", $"{t.Money(fact.RefundMinor, b.Quote.Currency)} vous sont remboursés par le moyen de paiement utilisé.")
            : ruled ? t.Say("Nothing is refunded.", "Rien n’est remboursé.")
            : t.Say("Under the cancellation terms of this booking nothing is refunded.", "Selon les conditions d’annulation de cette réservation, rien n’est remboursé.");
        return new Letter
        {
            Subject = byHost ? t.Say($"Your host cancelled your stay in {b.City}", $"Votre hôte a annulé votre séjour à {b.City}") : t.Say($"Your stay in {b.City} is cancelled", $"Votre séjour à {b.City} est annulé"),
            Preheader = refund,
            Heading = byHost ? t.Say("Your host had to cancel", "Votre hôte a dû annuler") : t.Say("Your stay is cancelled", "Votre séjour est annulé"),
            Brief = t.Say($"Your stay at {b.PropertyTitle} is cancelled. {refund}", $"Votre séjour « {b.PropertyTitle} » est annulé. {refund}"),
            Link = WebLinks.Trip(b.BookingId),
            Sms = t.Say($"EstoSpaces: your stay {b.Reference} is cancelled. {refund}", $"EstoSpaces : votre séjour {b.Reference} est annulé. {refund}"),
            File = CalendarFile.Of(b, null, t.Say($"Stay: {b.PropertyTitle}", $"Séjour : {b.PropertyTitle}"), url, now, cancelled: true),
            Blocks =
            [
                new Paragraph(t.Hello(name)),
                new Paragraph(byHost ? t.Say($"We are sorry: your host had to cancel your stay at {b.PropertyTitle}. {refund}", $"Nous sommes désolés : votre hôte a dû annuler votre séjour « {b.PropertyTitle} ». {refund}")
                    : ruled ? t.Say($"The dispute about your stay at {b.PropertyTitle} has ended, and with it the booking. {refund}", $"Le litige sur votre séjour « {b.PropertyTitle} » est clos, et la réservation avec lui. {refund}")
                    : t.Say($"Your stay at {b.PropertyTitle} is cancelled, as you asked. {refund}", $"Votre séjour « {b.PropertyTitle} » est annulé, comme vous l’avez demandé. {refund}")),
                new Rows(null, Stay(t, b)),
                .. RefundParts(t, fact),
                new Button(byHost ? t.Say("Find another place", "Trouver un autre logement") : t.Say("See the details", "Voir le détail"), byHost ? links.To("/search") : url),
            ],
        };
    }

    public Letter CancelledForHost(Tongue t, string? name, BookingCancelled fact, string? guestName)
    {
        var b = fact.Booking;
        var (byHost, ruled) = (fact.CancelledBy == "host", fact.CancelledBy == "ruling");
        var guest = guestName ?? t.Say("Your guest", "Votre voyageur");
        var keeps = b.Quote.HostSubtotalMinor - fact.Breakdown.HostSubtotalMinor;
        IEnumerable<Block> money = byHost && fact.HostFeeMinor > 0
            ? [new Rows(null, [(t.Say("Cancellation fee", "Frais d’annulation"), t.Money(fact.HostFeeMinor, b.Quote.Currency))])]
            : !byHost && !ruled && fact.PaymentId is not null && keeps > 0 ? [new Rows(null, [(t.Say("You keep, before the host fee", "Vous conservez, avant frais d’hôte"), t.Money(keeps, b.Quote.Currency))])] : [];
        return new Letter
        {
            Subject = byHost ? t.Say($"You cancelled {b.Reference}", $"Vous avez annulé {b.Reference}")
                : ruled ? t.Say($"The dispute about {b.Reference} has ended", $"Le litige sur {b.Reference} est clos") : t.Say($"{guest} cancelled {b.PropertyTitle}", $"{guest} a annulé {b.PropertyTitle}"),
            Preheader = t.Say($"{t.Day(b.CheckIn)}: the nights are open again.", $"{t.Day(b.CheckIn)} : les nuits sont de nouveau libres."),
            Heading = t.Say("A booking was cancelled", "Une réservation a été annulée"),
            Brief = t.Say($"The booking {b.Reference} of {b.PropertyTitle} was cancelled.", $"La réservation {b.Reference} de « {b.PropertyTitle} » a été annulée."),
            Link = WebLinks.HostBooking(b.BookingId),
            Sms = t.Say($"EstoSpaces: booking {b.Reference} was cancelled.", $"EstoSpaces : la réservation {b.Reference} a été annulée."),
            Blocks =
            [
                new Paragraph(t.Hello(name)),
                new Paragraph(byHost ? t.Say($"You cancelled the stay at {b.PropertyTitle}. Your guest gets everything back.", $"Vous avez annulé le séjour à « {b.PropertyTitle} ». Votre voyageur est intégralement remboursé.")
                    : ruled ? t.Say($"The dispute about the stay at {b.PropertyTitle} has ended, and with it the booking. What is yours of the money is among your payouts, and the nights are open in your calendar again.",
                        $"Le litige sur le séjour à « {b.PropertyTitle} » est clos, et la réservation avec lui. Votre part figure parmi vos versements, et les nuits sont de nouveau ouvertes dans votre calendrier.")
                    : t.Say($"{guest} cancelled the stay at {b.PropertyTitle}. The nights are open in your calendar again.", $"{guest} a annulé le séjour à « {b.PropertyTitle} ». Les nuits sont de nouveau ouvertes dans votre calendrier.")),
                new Rows(null, Stay(t, b)),
                .. money,
                new Button(t.Say("See the booking", "Voir la réservation"), links.To(WebLinks.HostBooking(b.BookingId))),
            ],
        };
    }

    public Letter Completed(Tongue t, string? name, BookingFacts b) => new()
    {
        Subject = t.Say($"How was {b.City}?", $"Comment était {b.City} ?"),
        Preheader = t.Say("Your words help the next guests, and your host.", "Votre avis aide les prochains voyageurs, et votre hôte."),
        Heading = t.Say("We hope you slept well", "Nous espérons que vous avez bien dormi"),
        Brief = t.Say($"How was your stay at {b.PropertyTitle}?", $"Comment s’est passé votre séjour « {b.PropertyTitle} » ?"),
        Link = WebLinks.Trip(b.BookingId),
        Blocks =
        [
            .. PictureOf(b),
            new Paragraph(t.Hello(name)),
            new Paragraph(t.Say($"Thank you for staying at {b.PropertyTitle}. You have 14 days to review it; your host sees your words only when both have written or the time is over.",
                $"Merci d’avoir séjourné à « {b.PropertyTitle} ». Vous avez 14 jours pour donner votre avis ; votre hôte ne le lira que lorsque vous aurez écrit tous les deux, ou à la fin du délai.")),
            new Button(t.Say("Look back at your trip", "Revenir sur votre voyage"), links.To(WebLinks.Trip(b.BookingId))),
        ],
    };

    /// <summary>The lines of the price as the guest pays it.</summary>
    public static Rows Price(Tongue t, Quote quote) => Price(t, quote.Lines, quote.TotalMinor, quote.Currency);

    public static Rows Price(Tongue t, IEnumerable<QuoteLine> lines, long totalMinor, string currency) => new(t.Say("Price", "Prix"),
        [.. lines.Select(l => (LineName(t, l, currency), t.Money(l.AmountMinor, currency)))], (t.Say("Total", "Total"), t.Money(totalMinor, currency)));

    private Letter Ended(Tongue t, string? name, BookingFacts b, string subject, string what, IEnumerable<Block> more) => new()
    {
        Subject = subject, Preheader = what, Heading = subject, Brief = $"{b.PropertyTitle}: {what}", Link = WebLinks.Trip(b.BookingId),
        Blocks = [new Paragraph(t.Hello(name)), new Paragraph(what), .. more, new Rows(null, Stay(t, b)), new Button(t.Say("Find another place", "Trouver un autre logement"), links.To("/search"))],
    };

    private IEnumerable<Block> PictureOf(BookingFacts b) => links.Picture(b.ImageUrl) is { } url ? [new Picture(url, b.PropertyTitle)] : [];

    private static List<(string, string)> Stay(Tongue t, BookingFacts b) =>
    [
        (t.Say("Check-in", "Arrivée"), $"{t.Day(b.CheckIn)}\n{t.Say("from", "à partir de")} {t.Hour(b.Quote.CheckInAt, b.Quote.TimeZone)}"),
        (t.Say("Check-out", "Départ"), $"{t.Day(b.CheckOut)}\n{t.Say("until", "jusqu’à")} {t.Hour(b.Quote.CheckOutAt, b.Quote.TimeZone)}"),
        (t.Say("Guests", "Voyageurs"), t.Party(b.Guests)),
        (t.Say("Booking code", "Code de réservation"), b.Reference),
    ];

    private static Rows Payout(Tongue t, Quote q) => new(t.Say("Your payout", "Votre versement"),
        [(t.Say("Stay", "Séjour"), t.Money(q.HostSubtotalMinor, q.Currency)), (t.Say("Host fee", "Frais d’hôte"), t.Money(-q.HostFeeMinor, q.Currency))], (t.Say("Payout", "Versement"), t.Money(q.PayoutMinor, q.Currency)));

    /// <summary>What would come back until when, in the listing's time.</summary>
    private static Rows RefundLine(Tongue t, Quote q, DateTimeOffset confirmedAt)
    {
        var tiers = new List<(string, string)>();
        if (confirmedAt < q.Grace.ConfirmedBefore) tiers.Add((Until(t, confirmedAt.AddHours(q.Grace.Hours), q), t.Money(q.TotalMinor, q.Currency)));
        tiers.AddRange(q.RefundTiers.Where(tier => tier.Until > confirmedAt).Select(tier => (Until(t, tier.Until, q), t.Money(tier.RefundMinor, q.Currency))));
        tiers.Add((t.Say("After that", "Ensuite"), t.Say("no refund", "aucun remboursement")));
        return new Rows(t.Say("If you cancel, you get back", "En cas d’annulation, vous récupérez"), tiers);
    }

    private static string Until(Tongue t, DateTimeOffset moment, Quote q) => t.Say("until ", "jusqu’au ") + t.Moment(moment, q.TimeZone);

    private static IEnumerable<Block> RefundParts(Tongue t, BookingCancelled fact)
    {
        if (fact.RefundMinor <= 0) yield break;
        var (parts, currency) = (new List<(string, string)>(), fact.Booking.Quote.Currency);
        if (fact.Breakdown.HostSubtotalMinor > 0) parts.Add((t.Say("Stay", "Séjour"), t.Money(fact.Breakdown.HostSubtotalMinor, currency)));
        if (fact.Breakdown.GuestFeeMinor > 0) parts.Add((t.Say("Service fee", "Frais de service"), t.Money(fact.Breakdown.GuestFeeMinor, currency)));
        if (fact.Breakdown.TaxMinor > 0) parts.Add((t.Say("Taxes", "Taxes"), t.Money(fact.Breakdown.TaxMinor, currency)));
        yield return new Rows(t.Say("Refund", "Remboursement"), parts, (t.Say("Total", "Total"), t.Money(fact.RefundMinor, currency)));
    }

    private static string Address(PlaceView place) => string.Join("\n", new[] { place.Street, $"{place.PostalCode} {place.City}".Trim(), place.CountryCode }.Where(p => !string.IsNullOrWhiteSpace(p)));

    private static string LineName(Tongue t, QuoteLine line, string currency)
    {
        var name = line.Kind switch
        {
            QuoteLineKind.Nights => line.Quantity is { } nights ? t.Nights(nights) : t.Say("Nights", "Nuits"),
            QuoteLineKind.LengthDiscount => line.Label switch
            {
                "weekly" => t.Say("Weekly discount", "Remise à la semaine"),
                "monthly" => t.Say("Monthly discount", "Remise au mois"),
                "early_bird" => t.Say("Early bird discount", "Remise réservation anticipée"),
                "last_minute" => t.Say("Last minute discount", "Remise de dernière minute"),
                _ => t.Say("Discount", "Remise"),
            },
            QuoteLineKind.CleaningFee => t.Say("Cleaning", "Ménage"),
            QuoteLineKind.ExtraGuestFee => t.Say("Extra guests", "Voyageurs supplémentaires"),
            QuoteLineKind.PetFee => t.Say("Pets", "Animaux"),
            QuoteLineKind.GuestFee => t.Say("Service fee", "Frais de service"),
            QuoteLineKind.GuestFeeVat => t.Say("VAT on the service fee", "TVA sur les frais de service"),
            _ => line.Label ?? t.Say("Local tax", "Taxe de séjour"),
        };
        return line is { Kind: not QuoteLineKind.Nights, Quantity: > 1 and var n, UnitMinor: { } unit } ? $"{name} ({n} × {t.Money(unit, currency)})" : name;
    }
}
