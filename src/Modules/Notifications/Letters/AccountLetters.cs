using EstoSpaces.Contracts.Auth;

namespace EstoSpaces.Notifications;

/// <summary>Letters about an account.</summary>
public sealed class AccountLetters(WebLinks links)
{
    public Letter Welcome(Tongue t, string? name) => new()
    {
        Subject = t.Say("Welcome to EstoSpaces", "Bienvenue chez EstoSpaces"),
        Preheader = t.Say("Homes with the whole price from the first look.", "Des logements, avec le prix complet dès le premier regard."),
        Heading = t.Say("Welcome in", "Soyez le bienvenu"),
        Brief = t.Say("Your account is ready. Find a place you would like to wake up in.", "Votre compte est prêt. Trouvez l’endroit où vous aimeriez vous réveiller."),
        Link = "/search",
        Blocks =
        [
            new Paragraph(t.Hello(name)),
            new Paragraph(t.Say("Your account is ready. Every price you see here is the whole price, with fees and taxes, and every listing says before you pay what you would get back if plans change.",
                "Votre compte est prêt. Chaque prix affiché ici est complet, frais et taxes compris, et chaque annonce indique avant le paiement ce qui vous serait remboursé si vos projets changent.")),
            new Button(t.Say("Find a place to stay", "Trouver un logement"), links.To("/search")),
            new Note(t.Say("Do you have a home to share? You can become a host with the same account.", "Vous avez un logement à partager ? Vous pouvez devenir hôte avec le même compte.")),
        ],
    };

    public Letter VerifyEmail(Tongue t, EmailVerificationRequested fact) => new()
    {
        Subject = t.Say("Confirm your e-mail address", "Confirmez votre adresse e-mail"),
        Preheader = t.Say("One click, so that we know your messages reach you.", "Un clic, pour être sûrs que nos messages vous parviennent."),
        Heading = t.Say("Is this your address?", "Est-ce bien votre adresse ?"),
        Brief = t.Say("Confirm your e-mail address.", "Confirmez votre adresse e-mail."),
        Blocks =
        [
            new Paragraph(t.Hello(fact.Name)),
            new Paragraph(t.Say("Please confirm that this is your e-mail address. Booking confirmations and messages from hosts will come here.", "Veuillez confirmer que cette adresse est la vôtre. Les confirmations de réservation et les messages des hôtes y arriveront.")),
            new Button(t.Say("Confirm my address", "Confirmer mon adresse"), links.VerifyEmail(fact.Token)),
            new Note(t.Say($"The link works until {t.Moment(fact.ExpiresAt, "UTC")} (UTC). If you did not sign up, ignore this message.", $"Le lien est valable jusqu’au {t.Moment(fact.ExpiresAt, "UTC")} (UTC). Si vous n’avez pas créé de compte, ignorez ce message.")),
        ],
    };

    public Letter PasswordReset(Tongue t, PasswordResetRequested fact) => new()
    {
        Subject = t.Say("Set a new password", "Choisissez un nouveau mot de passe"),
        Preheader = t.Say("The link works once and for one hour.", "Le lien fonctionne une seule fois, pendant une heure."),
        Heading = t.Say("Set a new password", "Choisissez un nouveau mot de passe"),
        Brief = t.Say("Set a new password.", "Choisissez un nouveau mot de passe."),
        Blocks =
        [
            new Paragraph(t.Hello(fact.Name)),
            new Paragraph(t.Say("Somebody, hopefully you, asked for a new password for this address.", "Quelqu’un, vous sans doute, a demandé un nouveau mot de passe pour cette adresse.")),
            new Button(t.Say("Set a new password", "Choisir un mot de passe"), links.ResetPassword(fact.Token)),
            new Note(t.Say("The link works once and for one hour. If it was not you, nothing happens: your password stays as it is.", "Le lien fonctionne une seule fois, pendant une heure. Si ce n’était pas vous, rien ne change : votre mot de passe reste le même.")),
        ],
    };

    public Letter PasswordChanged(Tongue t, string? name) => new()
    {
        Subject = t.Say("Your password was changed", "Votre mot de passe a été modifié"),
        Preheader = t.Say("If that was you, all is well.", "Si c’était vous, tout va bien."),
        Heading = t.Say("Your password was changed", "Votre mot de passe a été modifié"),
        Brief = t.Say("Your password was changed and your other devices were signed out.", "Votre mot de passe a été modifié et vos autres appareils ont été déconnectés."),
        Link = "/account",
        Sms = t.Say("EstoSpaces: your password was changed. Not you? Reset it at once.", "EstoSpaces : votre mot de passe a été modifié. Ce n’était pas vous ? Réinitialisez-le tout de suite."),
        Blocks =
        [
            new Paragraph(t.Hello(name)),
            new Paragraph(t.Say("Your password was just changed, and your other devices were signed out. If that was you, there is nothing to do.", "Votre mot de passe vient d’être modifié et vos autres appareils ont été déconnectés. Si c’était vous, il n’y a rien à faire.")),
            new Paragraph(t.Say("If it was not you, set a new password at once.", "Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe.")),
            new Button(t.Say("Set a new password", "Choisir un mot de passe"), links.To("/forgot-password")),
        ],
    };
}
