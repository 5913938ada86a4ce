using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Host.Samples;

/// <summary>The words that sample homes and people are described with.</summary>
internal static class SampleWords
{
    public static readonly IReadOnlyDictionary<string, (string[] First, string[] Last)> Names = new Dictionary<string, (string[], string[])>
    {
        ["PT"] = (["Inês", "Tiago", "Marta", "Rui", "Beatriz", "João", "Carolina", "Miguel"], ["Almeida", "Ferreira", "Costa", "Nunes", "Pires", "Teixeira"]),
        ["ES"] = (["Lucía", "Álvaro", "Carmen", "Javier", "Nuria", "Pablo", "Elena", "Marc"], ["García", "Serrano", "Vidal", "Ortega", "Puig", "Molina"]),
        ["FR"] = (["Camille", "Julien", "Élodie", "Antoine", "Margaux", "Hugo", "Claire", "Théo"], ["Moreau", "Lefèvre", "Garnier", "Roussel", "Chevalier", "Blanc"]),
        ["IT"] = (["Giulia", "Marco", "Chiara", "Lorenzo", "Francesca", "Matteo", "Elisa", "Paolo"], ["Ricci", "Conti", "Greco", "Ferrara", "Marino", "Galli"]),
        ["DE"] = (["Hannah", "Jonas", "Lena", "Felix", "Anna", "Moritz", "Clara", "Paul"], ["Weber", "Schäfer", "Krüger", "Vogt", "Brandt", "Keller"]),
        ["GB"] = (["Eleanor", "James", "Freya", "Oliver", "Isla", "Callum", "Ruth", "Owen"], ["Hughes", "Murray", "Bennett", "Fraser", "Ellis", "Clarke"]),
        ["SE"] = (["Astrid", "Erik", "Linnea", "Nils", "Freja", "Lars", "Ingrid", "Mikkel"], ["Lindqvist", "Berg", "Holm", "Dahl", "Nygaard", "Solheim"]),
        ["PL"] = (["Zofia", "Jakub", "Hana", "Tomáš", "Ivana", "Luka", "Eleni", "Nikos"], ["Nowak", "Kowalska", "Novák", "Horvat", "Pappas", "Dvořák"]),
        ["US"] = (["Grace", "Ethan", "Naomi", "Lucas", "Amara", "Samuel", "Thandi", "Noah"], ["Walker", "Tremblay", "Nkosi", "Brooks", "Gagnon", "Hayes"]),
    };

    public static readonly IReadOnlyDictionary<string, string[]> Streets = new Dictionary<string, string[]>
    {
        ["PT"] = ["Rua das Flores", "Rua da Saudade", "Travessa do Carmo", "Largo do Intendente", "Rua do Almada"],
        ["ES"] = ["Calle Mayor", "Carrer de Provença", "Calle de la Luna", "Plaza del Sol", "Calle San Fernando"],
        ["FR"] = ["Rue des Lilas", "Rue du Temple", "Quai des Célestins", "Rue Saint-Jean", "Place de la Fontaine"],
        ["IT"] = ["Via dei Coronari", "Via del Moro", "Vicolo della Luce", "Via San Niccolò", "Piazza della Pace"],
        ["DE"] = ["Lindenstraße", "Gartenweg", "Schillerstraße", "Am Mühlbach", "Kirchgasse"],
        ["GB"] = ["Mill Lane", "Castle Terrace", "Albert Road", "Church Walk", "Harbour Street"],
        ["SE"] = ["Storgatan", "Havnegade", "Kyrkogatan", "Strandvejen", "Bryggegata"],
        ["PL"] = ["Ulica Długa", "Nerudova", "Ulica od Puča", "Odos Adrianou", "Ulica Szeroka"],
        ["US"] = ["Maple Street", "Rue Sainte-Marie", "Kloof Street", "Cedar Lane", "Avenue du Parc"],
    };

    /// <summary>The language area whose names and streets a country uses here.</summary>
    public static string AreaOf(string country) => country switch
    {
        "AT" or "CH" or "NL" => "DE",
        "BE" => "FR",
        "IE" => "GB",
        "DK" or "NO" => "SE",
        "CZ" or "HR" or "GR" => "PL",
        "CA" or "ZA" => "US",
        _ => country,
    };

    public static readonly IReadOnlyDictionary<string, (PropertyType Type, string Exterior, int Weight)[]> Houses = new Dictionary<string, (PropertyType, string, int)[]>
    {
        ["city"] = [(PropertyType.Apartment, "exterior-apartment", 6), (PropertyType.Studio, "exterior-apartment", 2), (PropertyType.Loft, "exterior-apartment", 2), (PropertyType.Room, "exterior-apartment", 1)],
        ["town"] = [(PropertyType.Townhouse, "exterior-townhouse", 4), (PropertyType.Apartment, "exterior-apartment", 4), (PropertyType.Studio, "exterior-apartment", 1), (PropertyType.Room, "exterior-townhouse", 1)],
        ["court"] = [(PropertyType.Courtyard, "exterior-courtyard", 3), (PropertyType.Apartment, "exterior-apartment", 4), (PropertyType.House, "exterior-cottage", 2)],
        ["sea"] = [(PropertyType.BeachHouse, "exterior-beach", 3), (PropertyType.Villa, "exterior-villa", 3), (PropertyType.Apartment, "exterior-apartment", 4)],
        ["alps"] = [(PropertyType.Chalet, "exterior-chalet", 5), (PropertyType.Cabin, "exterior-cabin", 3), (PropertyType.Apartment, "exterior-apartment", 2)],
        ["wood"] = [(PropertyType.Cabin, "exterior-cabin", 5), (PropertyType.Cottage, "exterior-cottage", 3), (PropertyType.House, "exterior-townhouse", 2)],
    };

    public static readonly string[] Adjectives = ["Quiet", "Bright", "Warm", "Airy", "Calm", "Sunny", "Restful", "Light-filled", "Tucked-away", "Generous", "Freshly restored", "Simple, well-made"];

    public static readonly IReadOnlyDictionary<string, string[]> Settings = new Dictionary<string, string[]>
    {
        ["city"] = ["by the old market", "near the river", "on a tree-lined street", "above a quiet square", "with rooftop views", "close to the museums", "in the old quarter", "by the botanical garden"],
        ["town"] = ["on a cobbled lane", "near the canal", "by the park", "behind the harbour", "in the old town", "with a walled garden", "on a brick terrace"],
        ["court"] = ["around a shaded courtyard", "behind a blue gate", "under the orange trees", "in the old town walls", "with a tiled patio"],
        ["sea"] = ["steps from the beach", "above the bay", "with a sea terrace", "behind the dunes", "near the fishing harbour", "among the pines"],
        ["alps"] = ["with a view of the peaks", "at the foot of the lift", "above the lake", "on a sunny slope", "by the mountain stream"],
        ["wood"] = ["at the edge of the forest", "by the water", "among birches", "on the hillside", "beside the old orchard"],
    };

    public static readonly IReadOnlyDictionary<PropertyType, string> Nouns = new Dictionary<PropertyType, string>
    {
        [PropertyType.Apartment] = "apartment", [PropertyType.House] = "house", [PropertyType.Villa] = "villa", [PropertyType.Cabin] = "cabin", [PropertyType.Chalet] = "chalet", [PropertyType.Cottage] = "cottage",
        [PropertyType.Townhouse] = "townhouse", [PropertyType.BeachHouse] = "beach house", [PropertyType.Courtyard] = "courtyard house", [PropertyType.Loft] = "loft", [PropertyType.Studio] = "studio", [PropertyType.Room] = "room",
    };

    public static readonly string[] Openings =
    [
        "Mornings are quiet here: the light comes in early and the street takes its time to wake.",
        "We lived here ourselves for six years and left everything that we would miss.",
        "A home to come back to after a long day on your feet.",
        "Everything is where you expect it, and nothing is there for show.",
        "The rooms are simple, the beds are good, and the kitchen is made for cooking.",
        "Come for a weekend and you will wish that you had booked the week.",
    ];

    public static readonly string[] Rooms =
    [
        "The living room has deep windows, a long sofa and a shelf of books you are welcome to finish.",
        "The kitchen has sharp knives, proper pans, oil, salt and coffee for your first morning.",
        "Bedrooms are at the back, dark at night, with linen sheets and more pillows than you need.",
        "The bathroom was done two years ago: a rain shower, warm floor, and towels that dry you.",
        "There is a table that seats everybody, and a corner with a desk, a lamp and fast Wi-Fi.",
        "Outside you find a place to sit with shade until noon and sun until late.",
    ];

    public static readonly string[] Closings =
    [
        "Bread is two minutes away on foot, the station ten.",
        "We live nearby and answer quickly; the key is in a box by the door, so arrive when you like.",
        "Buses stop at the corner. If you come by car, ask us where to park before you leave.",
        "Please treat it as you would a friend's home. That is all the rules there are.",
        "We will leave a short list of the places where we eat ourselves.",
    ];

    public static readonly string[] Bios = ["I grew up around here and look after each home myself.", "We are a family of five who love to host. Ask us anything.", "Carpenter by trade; I restored most of what you see.", "I travel a lot and try to host as I like to be hosted.", "Architect, cyclist, early riser."];
}
