using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Host.Samples;

/// <summary>Hosts, guests, homes, prices, calendars and bookings, deterministic by seed and day. The first three accounts are the ones to sign in with.</summary>
internal sealed class SampleWorld(int seed, int listings, DateOnly today, PlatformFees fees)
{
    public const string Password = "welcome-home";
    private const int ReadyListings = 6;
    private static readonly DateTimeOffset Beginning = new(2025, 1, 6, 9, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, int> usedReferences = [];
    private readonly HashSet<int> readyGuestAt = [];

    private int HostCount => Math.Max(1, listings / 5);
    private int GuestCount => Math.Max(10, listings / 5);

    public IEnumerable<SampleAccount> Accounts()
    {
        yield return Account("guest", 0, "guest@estospaces.example", "Nora", "Lindholm", "SE", [Role.Guest]);
        yield return Account("host", 0, "host@estospaces.example", "Inês", "Almeida", "PT", [Role.Guest, Role.Host]);
        yield return Account("admin", 0, "admin@estospaces.example", "Ada", "Keller", "DE", [Role.Guest, Role.Admin]);
        for (var i = 1; i < HostCount; i++) yield return Somebody("host", i, [Role.Guest, Role.Host]);
        for (var i = 1; i < GuestCount; i++) yield return Somebody("guest", i, [Role.Guest]);
    }

    public UserId PersonId(string kind, int index) => new(new Dice(seed, kind, index).Id(Beginning.AddMinutes(index)));

    public static MediaId PictureId(int seed, string name) => new(new Dice(seed, name, 0).Id(Beginning));

    public IEnumerable<SampleListing> Listings() => Enumerable.Range(0, listings).Select(Listing);

    /// <summary>Stays and blocks of one home: never two in one night.</summary>
    public (IReadOnlyList<SampleBooking> Bookings, IReadOnlyList<SampleBlock> Blocks) CalendarOf(SampleListing listing, int index, Func<MediaId, string?> pictureUrl)
    {
        var dice = new Dice(seed, "calendar", index);
        var bookings = new List<SampleBooking>();
        var blocks = new List<SampleBlock>();
        var day = today.AddDays(-dice.Between(12, 45));
        var end = today.AddDays(dice.Between(40, 110));
        var busy = 0.15 + dice.Next() * 0.35;
        while (day < end)
        {
            var nights = Math.Clamp(dice.Chance(0.15) ? dice.Between(7, 12) : dice.Between(2, 5), listing.Rules.MinNights, Math.Min(28, listing.Rules.MaxNights));
            if (dice.Chance(busy)) bookings.Add(Booking(listing, index, new DateRange(day, day.AddDays(nights)), dice, bookings.Count, pictureUrl));
            else if (day > today && dice.Chance(0.12)) blocks.Add(new SampleBlock(dice.Id(Beginning.AddDays(index)), listing.Id, day, day.AddDays(nights)));
            day = day.AddDays(nights + (dice.Chance(0.4) ? 0 : dice.Between(1, 9)));
        }
        return (bookings, blocks);
    }

    private SampleBooking Booking(SampleListing listing, int index, DateRange stay, Dice dice, int number, Func<MediaId, string?> pictureUrl)
    {
        var guest = dice.Between(1, GuestCount - 1);
        if (IsOfReadyGuest(index, stay)) guest = 0;
        var account = guest == 0 ? ("Nora", "Lindholm") : NameOf("guest", guest);
        var hostName = index < ReadyListings ? "Inês" : NameOf("host", HostOf(index)).First;
        var created = AtNoon(Min(stay.CheckIn.AddDays(-dice.Between(4, 60)), today.AddDays(-1))).AddMinutes(dice.Between(-300, 300));
        var party = new GuestParty(Math.Min(dice.Between(1, 3), listing.Rules.MaxGuests), listing.Rules.MaxGuests > 3 && dice.Chance(0.3) ? 1 : 0);
        var zone = ListingTime.Zone(listing.TimeZone);
        var quote = QuoteCalculator.Quote(new PricedListing(listing.Id, listing.HostId, listing.TimeZone, listing.Rules, listing.Price), fees, stay, party, ListingTime.Today(zone, created));
        var now = AtNoon(today);
        var status = quote.CheckOutAt.AddHours(2) < now ? BookingStatus.Completed : quote.CheckInAt < now ? BookingStatus.CheckedIn : BookingStatus.Confirmed;
        return new SampleBooking(new BookingId(dice.Id(created)), new PaymentId(dice.Id(created.AddMinutes(2))), Reference(dice, index, number), listing.Id, listing.Title, listing.Place.City, listing.Place.CountryCode,
            PersonId("guest", guest), account.Item1, listing.HostId, hostName, quote, status, created, created.AddMinutes(3), pictureUrl(listing.Images[0]), listing.Place);
    }

    /// <summary>The ready guest has been to one of the ready host's homes and comes to two others, one of them soon.</summary>
    private bool IsOfReadyGuest(int index, DateRange stay) => index switch
    {
        0 => stay.CheckIn > today.AddDays(9) && readyGuestAt.Add(0),
        1 => stay.CheckOut < today.AddDays(-2) && readyGuestAt.Add(1),
        2 => stay.CheckIn > today.AddDays(35) && readyGuestAt.Add(2),
        _ => false,
    };

    private SampleListing Listing(int index)
    {
        var dice = new Dice(seed, "listing", index);
        var city = index < ReadyListings ? SampleCity.All[index % 3] : SampleCity.All[(int)(Math.Pow(dice.Next(), 1.15) * SampleCity.All.Count)];
        var (type, exterior) = House(city, dice);
        var (bedrooms, maxGuests) = Size(type, dice);
        var area = SampleWords.AreaOf(city.Country);
        var (noun, setting) = (SampleWords.Nouns[type], dice.One(SampleWords.Settings[city.Kind]));
        var pool = type is PropertyType.Villa or PropertyType.BeachHouse && dice.Chance(0.7);
        var pets = dice.Chance(0.35);
        return new SampleListing
        {
            Id = new PropertyId(dice.Id(Beginning.AddMinutes(index))),
            HostId = PersonId("host", HostOf(index)),
            Title = $"{dice.One(SampleWords.Adjectives)} {noun} {setting}",
            Description = $"{dice.One(SampleWords.Openings)}\n\n{string.Join(' ', dice.Some(SampleWords.Rooms, 3))}\n\n{dice.One(SampleWords.Closings)}",
            Type = type,
            Bedrooms = bedrooms,
            Beds = Math.Max(1, bedrooms + (dice.Chance(0.4) ? 1 : 0)),
            Bathrooms = type is PropertyType.Villa or PropertyType.Chalet ? Math.Max(1, bedrooms - 1) : bedrooms > 2 ? 2 : dice.Chance(0.15) ? 1.5m : 1,
            Place = new PlaceView($"{dice.One(SampleWords.Streets[area])} {dice.Between(1, 98)}", $"{dice.Between(1000, 9899)}", city.Name, city.Region, city.Country,
                Math.Round(city.Latitude + Bell(dice) * city.Spread, 5), Math.Round(city.Longitude + Bell(dice) * city.Spread * 1.3, 5), false),
            TimeZone = city.Zone,
            Rules = new StayRules
            {
                MaxGuests = maxGuests,
                MinNights = dice.One([1, 2, 2, 2, 3, 4]),
                MaxNights = dice.One([28, 60, 90, 365]),
                AdvanceNoticeDays = dice.One([0, 0, 1, 1, 2]),
                BookingWindowDays = 540,
                CheckInTime = new TimeOnly(dice.One([14, 15, 15, 16]), 0),
                CheckOutTime = new TimeOnly(dice.One([10, 11, 11]), 0),
                PetsAllowed = pets,
                EventsAllowed = dice.Chance(0.05),
                InstantBook = index < ReadyListings ? index != 3 : dice.Chance(0.75),
                CancellationPolicy = dice.One([CancellationPolicy.Flexible, CancellationPolicy.Flexible, CancellationPolicy.Moderate, CancellationPolicy.Moderate, CancellationPolicy.Limited, CancellationPolicy.Firm, CancellationPolicy.Strict]),
                HouseRules = dice.One(["Quiet after ten, please.", "Shoes off at the door.", "Water the basil if it looks thirsty.", null]),
            },
            Price = Price(city, type, bedrooms, maxGuests, pets, dice),
            Amenities = AmenitiesOf(city, type, pool, pets, dice),
            Images = [.. PicturesOf(exterior, type, dice).Select(name => PictureId(seed, name))],
            PublishedAt = AtNoon(today).AddDays(-dice.Between(130, 420)),
        };
    }

    private static PriceRules Price(SampleCity city, PropertyType type, int bedrooms, int maxGuests, bool pets, Dice dice)
    {
        var kind = type switch { PropertyType.Room => 0.5, PropertyType.Studio => 0.75, PropertyType.Villa => 1.9, PropertyType.Chalet or PropertyType.BeachHouse => 1.5, PropertyType.Loft => 1.15, _ => 1.0 };
        var euros = (48 + 34 * bedrooms + 6 * maxGuests) * city.Level * kind * (0.8 + dice.Next() * 0.5);
        var rate = city.Currency switch { "CHF" => 0.95, "GBP" => 0.86, "DKK" => 7.46, "SEK" => 11.4, "NOK" => 11.6, "CZK" => 25, "PLN" => 4.3, "CAD" => 1.5, "USD" => 1.09, "ZAR" => 20, _ => 1.0 };
        long Nice(double amount) => amount * rate is var local && local > 400 ? (long)(Math.Round(local / 10) * 10) * 100 : (long)Math.Round(local) * 100;
        return new PriceRules
        {
            Currency = city.Currency,
            BaseNightMinor = Nice(euros),
            WeekendNightMinor = dice.Chance(0.6) ? Nice(euros * (1.1 + dice.Next() * 0.2)) : null,
            WeeklyDiscountBps = dice.One([0, 500, 800, 1000, 1000]),
            MonthlyDiscountBps = dice.One([0, 1500, 2000, 2500]),
            EarlyBird = dice.Chance(0.15) ? new EarlyBirdDiscount(90, 500) : null,
            LastMinute = dice.Chance(0.2) ? new LastMinuteDiscount(5, 1000) : null,
            CleaningFeeMinor = type == PropertyType.Room ? 0 : Nice(18 + 14 * bedrooms),
            IncludedGuests = Math.Max(1, maxGuests - 2),
            ExtraGuestFeeMinor = dice.Chance(0.4) ? Nice(15) : 0,
            PetFeeMinor = pets ? Nice(25) : 0,
            DepositMinor = dice.Chance(0.3) ? Nice(200) : 0,
            Taxes = city.Taxes,
        };
    }

    private static List<string> AmenitiesOf(SampleCity city, PropertyType type, bool pool, bool pets, Dice dice)
    {
        List<string> has = ["wifi", "kitchen", "heating", "smoke_alarm", "hair_dryer"];
        if (type == PropertyType.Room) has.Remove("kitchen");
        has.AddRange(dice.Some(["washer", "workspace", "tv", "dishwasher", "coffee_machine", "iron", "first_aid_kit", "self_check_in", "crib", "high_chair", "dryer", "lift", "parking", "bbq", "gym", "ev_charger"], dice.Between(4, 9)));
        if (city.Kind is "sea" or "court" or "city" && dice.Chance(0.6)) has.Add("air_conditioning");
        if (type is PropertyType.Villa or PropertyType.House or PropertyType.Cottage or PropertyType.Chalet or PropertyType.Cabin or PropertyType.BeachHouse) has.AddRange(["garden", "terrace"]);
        else if (dice.Chance(0.5)) has.Add("balcony");
        if (pool) has.Add("pool");
        if (city.Kind == "sea") has.AddRange(dice.Chance(0.6) ? ["sea_view", "beach_access"] : ["beach_access"]);
        if (city.Kind == "alps") has.AddRange(dice.Chance(0.3) ? ["mountain_view", "ski_in", "fireplace", "sauna"] : ["mountain_view", "fireplace"]);
        if (city.Kind == "wood") has.Add("fireplace");
        if (pets) has.Add("pets_welcome");
        return [.. has.Distinct()];
    }

    private static List<string> PicturesOf(string exterior, PropertyType type, Dice dice)
    {
        var count = exterior switch { "exterior-villa" => 3, "exterior-courtyard" => 1, _ => 2 };
        List<string> pictures = [$"{exterior}-{dice.Between(1, count):00}", $"living-{dice.Between(1, 10):00}", $"bedroom-{dice.Between(1, 8):00}", dice.Chance(0.75) ? $"kitchen-{dice.Between(1, 4):00}" : $"dining-{dice.Between(1, 2):00}", $"bathroom-{dice.Between(1, 4):00}"];
        if (dice.Chance(0.55)) pictures.Add($"terrace-{dice.Between(1, 4):00}");
        pictures.Add($"bedroom-{dice.Between(1, 8):00}");
        // In towns the rooms speak first; where the house is the reason to come, the house does.
        if (type is PropertyType.Apartment or PropertyType.Studio or PropertyType.Loft or PropertyType.Room && dice.Chance(0.75)) (pictures[0], pictures[1]) = (pictures[1], pictures[0]);
        return [.. pictures.Distinct()];
    }

    private static (PropertyType Type, string Exterior) House(SampleCity city, Dice dice)
    {
        var houses = SampleWords.Houses[city.Kind];
        var roll = dice.Between(1, houses.Sum(h => h.Weight));
        foreach (var (type, exterior, weight) in houses)
            if ((roll -= weight) <= 0) return (type, exterior);
        return (houses[0].Type, houses[0].Exterior);
    }

    private static (int Bedrooms, int MaxGuests) Size(PropertyType type, Dice dice)
    {
        var bedrooms = type switch { PropertyType.Studio => 0, PropertyType.Room => 1, PropertyType.Loft => dice.Between(1, 2), PropertyType.Apartment => dice.Between(1, 3), PropertyType.Villa => dice.Between(3, 5), PropertyType.Chalet => dice.Between(2, 5), _ => dice.Between(2, 4) };
        return (bedrooms, type is PropertyType.Studio or PropertyType.Room ? 2 : Math.Min(10, bedrooms * 2 + (dice.Chance(0.3) ? 1 : 0)));
    }

    private SampleAccount Somebody(string kind, int index, IReadOnlyList<Role> roles)
    {
        var (first, last) = NameOf(kind, index);
        return Account(kind, index, $"{kind}{index}@people.estospaces.example", first, last, "FR", roles);
    }

    private SampleAccount Account(string kind, int index, string email, string first, string last, string country, IReadOnlyList<Role> roles)
    {
        var dice = new Dice(seed, kind + " account", index);
        return new SampleAccount(PersonId(kind, index), email, Password, first, last, null, index > 0 && dice.Chance(0.3) ? "fr" : "en", country, roles.Contains(Role.Host) ? dice.One(SampleWords.Bios) : null, roles, Beginning.AddDays(dice.Between(0, 300)),
            SampleWallets.Of(kind, index));
    }

    private (string First, string Last) NameOf(string kind, int index)
    {
        var dice = new Dice(seed, kind + " name", index);
        var (first, last) = dice.One([.. SampleWords.Names.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value)]);
        return (dice.One(first), dice.One(last));
    }

    private int HostOf(int listing) => listing < ReadyListings ? 0 : 1 + new Dice(seed, "host of", listing).Between(0, Math.Max(0, HostCount - 2));

    private string Reference(Dice dice, int index, int number)
    {
        const string letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        while (true)
        {
            var reference = "ES" + string.Concat(Enumerable.Range(0, 6).Select(_ => letters[dice.Between(0, 31)]));
            if (usedReferences.TryAdd(reference, index * 1000 + number)) return reference;
        }
    }

    private static double Bell(Dice dice) => dice.Next() + dice.Next() + dice.Next() - 1.5;
    private static DateOnly Min(DateOnly a, DateOnly b) => a < b ? a : b;
    private static DateTimeOffset AtNoon(DateOnly date) => new(date, new TimeOnly(12, 0), TimeSpan.Zero);
}
