namespace EstoSpaces.Notifications;

/// <summary>Letters about the wallets of an account. Each says what to do if it was not its owner who did it. Addresses are written in full: their beginning and end are what thieves imitate.</summary>
public sealed class WalletLetters(WebLinks links)
{
    public Letter Linked(Tongue t, string? name, string address) => Tell(t, name, "/account",
        t.Say("A wallet was linked to your account", "Un portefeuille a été associé à votre compte"),
        t.Say($"The wallet {address} was linked to your account. It can sign in to it from now on.", $"Le portefeuille {address} a été associé à votre compte. Il permet désormais de s’y connecter."),
        t.Say("If it was not you, take the wallet off your account, set a new password and end your other sessions.", "Si ce n’était pas vous, retirez ce portefeuille de votre compte, choisissez un nouveau mot de passe et fermez vos autres sessions."),
        t.Say("Look at my account", "Voir mon compte"));

    public Letter Unlinked(Tongue t, string? name, string address) => Tell(t, name, "/account",
        t.Say("A wallet was taken off your account", "Un portefeuille a été retiré de votre compte"),
        t.Say($"The wallet {address} was taken off your account. It can't sign in any more, and nothing that you earn goes there.", $"Le portefeuille {address} a été retiré de votre compte. Il ne permet plus de s’y connecter et vos gains n’y sont plus versés."),
        t.Say("If it was not you, set a new password and end your other sessions. You can link the wallet again at any time.", "Si ce n’était pas vous, choisissez un nouveau mot de passe et fermez vos autres sessions. Vous pouvez associer à nouveau ce portefeuille à tout moment."),
        t.Say("Look at my account", "Voir mon compte"));

    /// <summary>The address where earnings go now; null when they go to no wallet.</summary>
    public Letter PayoutChanged(Tongue t, string? name, string? address) => Tell(t, name, "/account",
        t.Say("Your payout wallet was changed", "Votre portefeuille de versement a été modifié"),
        address is null
            ? t.Say("None of your wallets receives what you earn any more.", "Aucun de vos portefeuilles ne reçoit plus vos gains.")
            : t.Say($"What you earn in ether goes to the wallet {address} from now on.", $"Vos gains en ether sont désormais versés sur le portefeuille {address}."),
        t.Say("If it was not you, change it back at once, set a new password and end your other sessions. Bookings that are paid already keep the wallet that they were paid for.",
            "Si ce n’était pas vous, rétablissez-le immédiatement, choisissez un nouveau mot de passe et fermez vos autres sessions. Les réservations déjà payées gardent le portefeuille prévu au paiement."),
        t.Say("Look at my wallets", "Voir mes portefeuilles"),
        t.Say("EstoSpaces: your payout wallet was changed. Not you? Change it back at once.", "EstoSpaces : votre portefeuille de versement a été modifié. Ce n’était pas vous ? Rétablissez-le tout de suite."));

    private Letter Tell(Tongue t, string? name, string path, string subject, string what, string otherwise, string button, string? sms = null) => new()
    {
        Subject = subject,
        Preheader = t.Say("If that was you, all is well.", "Si c’était vous, tout va bien."),
        Heading = subject,
        Brief = what,
        Link = path,
        Sms = sms,
        Blocks = [new Paragraph(t.Hello(name)), new Paragraph(what), new Paragraph(otherwise), new Button(button, links.To(path))],
    };
}
