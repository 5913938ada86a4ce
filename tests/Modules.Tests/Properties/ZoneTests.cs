using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Properties.TimeZones;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

public sealed class ZoneTests
{
    [Theory]
    [InlineData(38.7223, -9.1393, "PT", "Europe/Lisbon")]
    [InlineData(32.65, -16.91, "PT", "Atlantic/Madeira")]
    [InlineData(37.74, -25.67, "PT", "Atlantic/Azores")]
    [InlineData(40.4168, -3.7038, "ES", "Europe/Madrid")]
    [InlineData(28.46, -16.25, "ES", "Atlantic/Canary")]
    [InlineData(48.8566, 2.3522, "FR", "Europe/Paris")]
    [InlineData(51.5074, -0.1278, "GB", "Europe/London")]
    [InlineData(52.52, 13.405, "DE", "Europe/Berlin")]
    [InlineData(40.7128, -74.006, "US", "America/New_York")]
    [InlineData(34.0522, -118.2437, "US", "America/Los_Angeles")]
    [InlineData(33.4484, -112.074, "US", "America/Phoenix")]
    [InlineData(21.3069, -157.8583, "US", "Pacific/Honolulu")]
    [InlineData(-33.8688, 151.2093, "AU", "Australia/Sydney")]
    [InlineData(35.6762, 139.6503, "JP", "Asia/Tokyo")]
    [InlineData(27.7172, 85.324, "NP", "Asia/Kathmandu")]
    [InlineData(-22.9068, -43.1729, "BR", "America/Sao_Paulo")]
    [InlineData(64.1466, -21.9426, "IS", "Atlantic/Reykjavik")]
    public void Cities_have_their_zone(double latitude, double longitude, string country, string zone) => ZoneTable.At(latitude, longitude, country).ShouldBe(zone);

    // Towns whose cell belongs to the neighbour, or to the sea: the country decides.
    [Theory]
    [InlineData(39.877, 20.0, "AL", "Europe/Tirane")] // Sarandë, across from Corfu
    [InlineData(42.165, -8.62, "PT", "Europe/Lisbon")] // on the Minho, beside Spain
    [InlineData(42.05, -8.645, "ES", "Europe/Madrid")] // Tui, on its other bank
    [InlineData(43.7384, 7.4246, "MC", "Europe/Monaco")]
    [InlineData(47.5596, 7.5886, "CH", "Europe/Zurich")] // Basel, where three countries meet
    [InlineData(-14.2766, -170.7066, "AS", "Pacific/Pago_Pago")]
    [InlineData(36.1408, -5.3536, "GI", "Europe/Gibraltar")]
    [InlineData(36.16, -5.35, "ES", "Europe/Madrid")] // La Línea, a street away
    [InlineData(32.5149, -117.0382, "MX", "America/Tijuana")]
    [InlineData(32.5420, -117.0300, "US", "America/Los_Angeles")]
    [InlineData(45.94, 13.62, "IT", "Europe/Rome")] // Gorizia
    [InlineData(39.5, -9.6, "PT", "Europe/Lisbon")] // some kilometres out at sea
    public void On_a_border_or_a_coast_the_country_decides(double latitude, double longitude, string country, string zone) => ZoneTable.At(latitude, longitude, country).ShouldBe(zone);

    [Fact]
    public void The_corners_of_the_world_have_zones()
    {
        foreach (var latitude in (double[])[-90, -89.99, 0, 89.99, 90])
            foreach (var longitude in (double[])[-180, -0.0001, 0, 179.9999, 180])
                ListingTime.IsKnown(ZoneTable.At(latitude, longitude)).ShouldBeTrue($"{latitude} {longitude}");
    }

    [Fact]
    public void This_machine_knows_every_zone_of_the_table() => ZoneTable.Names.Where(zone => !ListingTime.IsKnown(zone)).ShouldBeEmpty();
}
