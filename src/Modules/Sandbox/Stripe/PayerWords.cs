using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>What a payer reads, in English or French: in the language the shop asked for, else in his browser's.</summary>
internal sealed record PayerWords(
    string Language, string TestPage, string ConfirmTitle, string Question, string Complete, string Fail, string ThankYou, string BackToShop, string CloseWindow, string NothingToConfirm,
    string AlreadyAnswered, string TestMode, string PayTitle, string Email, string CardNumber, string Expiration, string ExpirationFormat, string SecurityCode, string NameOnCard, string Pay,
    string GoBack, string Expired, string NothingCharged)
{
    static readonly PayerWords English = new(
        "en", "3-D Secure 2 test page", "Confirm this payment", "Your bank asks whether it is you who pays with the {0} card ending in {1}.", "Complete authentication", "Fail authentication",
        "Thank you", "Back to the shop", "You can close this window and go back to the shop.", "Nothing to confirm", "This question has been answered already, or it is no longer asked.",
        "Test mode: no real money moves", "Pay by card", "Email", "Card number", "Expiration date", "MM / YY", "Security code", "Name on card", "Pay {0}", "Go back without paying",
        "This checkout has expired", "Nothing was charged.");

    static readonly PayerWords French = new(
        "fr", "Page de test 3-D Secure 2", "Confirmez ce paiement", "Votre banque demande si c’est bien vous qui payez avec la carte {0} se terminant par {1}.", "Réussir l’authentification",
        "Échouer à l’authentification", "Merci", "Retour à la boutique", "Vous pouvez fermer cette fenêtre et revenir à la boutique.", "Rien à confirmer",
        "Cette question a déjà reçu une réponse, ou n’est plus posée.", "Mode test : aucun argent réel ne circule", "Payer par carte", "E-mail", "Numéro de carte", "Date d’expiration", "MM / AA",
        "Code de sécurité", "Nom sur la carte", "Payer {0}", "Revenir sans payer", "Cette page de paiement a expiré", "Rien n’a été débité.");

    static readonly Dictionary<string, string> FrenchRefusals = new()
    {
        ["Your card was declined."] = "Votre carte a été refusée.",
        ["Your card has insufficient funds."] = "Votre carte ne dispose pas de fonds suffisants.",
        ["Your card has expired."] = "Votre carte a expiré.",
        ["Your card's security code is incorrect."] = "Le code de sécurité de votre carte est incorrect.",
        ["Your card's security code is invalid."] = "Le code de sécurité de votre carte n’est pas valide.",
        ["Your card number is incorrect."] = "Le numéro de votre carte est incorrect.",
        ["Your card's expiration month is invalid."] = "Le mois d’expiration de votre carte n’est pas valide.",
        ["Your card's expiration year is invalid."] = "L’année d’expiration de votre carte n’est pas valide.",
        ["An error occurred while processing your card. Try again in a little bit."] = "Une erreur est survenue lors du traitement de votre carte. Réessayez dans un instant.",
        ["We are unable to authenticate your payment method. Please choose a different payment method and try again."] = "Nous n’avons pas pu authentifier votre moyen de paiement. Choisissez-en un autre et réessayez.",
        ["This Checkout Session is no longer open."] = "Cette page de paiement n’est plus ouverte.",
    };

    public static PayerWords For(HttpContext http, string? locale = null)
    {
        var language = locale is null or "auto" ? http.Request.Headers.AcceptLanguage.ToString() : locale;
        return language.StartsWith("fr", StringComparison.OrdinalIgnoreCase) ? French : English;
    }

    /// <summary>A refusal of the network's in this language; in its own words when there are no others.</summary>
    public string Refusal(string message) => Language == "fr" && FrenchRefusals.TryGetValue(message, out var french) ? french : message;

    /// <summary>An amount as this language writes it: €1,031.01 or 1 031,01 €.</summary>
    public string Money(long minor, string currency)
    {
        if (Language != "fr") return Currencies.Format(minor, currency);
        var decimals = Currencies.Decimals(currency);
        var number = (minor / (decimal)Math.Pow(10, decimals)).ToString("N" + decimals, CultureInfo.GetCultureInfo("fr-FR"));
        return $"{number}\u00a0{currency switch { "eur" => "€", "gbp" => "£", "usd" => "$US", _ => currency.ToUpperInvariant() }}";
    }

    public static string Fill(string words, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.InvariantCulture, words, values);
}
