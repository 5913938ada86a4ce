/* The messages of the card network, in the languages we speak. English is what the network itself says. */
(() => {
  const fr = {
    'Your card was declined.': 'Votre carte a été refusée.',
    'Your card has insufficient funds.': 'Votre carte ne dispose pas de fonds suffisants.',
    'Your card has expired.': 'Votre carte a expiré.',
    "Your card's security code is incorrect.": 'Le code de sécurité de votre carte est incorrect.',
    "Your card's security code is invalid.": 'Le code de sécurité de votre carte n’est pas valide.',
    "Your card's security code is incomplete.": 'Le code de sécurité de votre carte est incomplet.',
    'Your card number is incorrect.': 'Le numéro de votre carte est incorrect.',
    'Your card number is invalid.': 'Le numéro de votre carte n’est pas valide.',
    'Your card number is incomplete.': 'Le numéro de votre carte est incomplet.',
    "Your card's expiration date is incomplete.": 'La date d’expiration de votre carte est incomplète.',
    "Your card's expiration year is in the past.": 'L’année d’expiration de votre carte est passée.',
    "Your card's expiration date is in the past.": 'La date d’expiration de votre carte est passée.',
    "Your card's expiration month is invalid.": 'Le mois d’expiration de votre carte n’est pas valide.',
    'An error occurred while processing your card. Try again in a little bit.': 'Une erreur est survenue lors du traitement de votre carte. Réessayez dans un instant.',
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.':
      'Votre carte a été refusée : trop de tentatives rapprochées ou plafond dépassé.',
    'Your card was declined. This transaction requires authentication.': 'Votre carte a été refusée. Cette opération doit être authentifiée.',
    'Your card was declined. Your request was in test mode, but used a non test card.':
      'Votre carte a été refusée. Ceci est un environnement de test : utilisez une carte de test.',
    'We are unable to authenticate your payment method. Please choose a different payment method and try again.':
      'Nous n’avons pas pu authentifier votre moyen de paiement. Choisissez-en un autre et réessayez.',
    'We could not reach the payment service. Check your connection and try again.':
      'Le service de paiement est injoignable. Vérifiez votre connexion et réessayez.',
    'Card number': 'Numéro de carte',
    'Expiration date': 'Date d’expiration',
    'Security code': 'Code de sécurité',
    'MM / YY': 'MM / AA',
    'Secure card payment': 'Paiement sécurisé par carte',
    'Authentication by your bank': 'Authentification par votre banque',
    'Test mode: no real money moves.': 'Mode test : aucun argent réel ne circule.',
  };
  window.__sandboxWords = (locale) => {
    const language = !locale || locale === 'auto' ? navigator.language : locale;
    return language && language.toLowerCase().startsWith('fr') ? (text) => fr[text] || text : (text) => text;
  };
})();
