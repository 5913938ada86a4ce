using EstoSpaces.Host;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

public sealed class ModuleGraphTests
{
    [Fact]
    public void The_graph_of_who_asks_whom_has_no_circle() => Host.Modules.InStartOrder(Host.Modules.All()).Count.ShouldBe(Host.Modules.All().Count);

    [Fact]
    public void Names_ports_databases_and_paths_are_unique()
    {
        var facts = Host.Modules.All().Select(m => m.Facts).ToList();
        facts.Select(f => f.Name).ShouldBeUnique();
        facts.Select(f => f.Port).ShouldBeUnique();
        facts.Select(f => f.Database).OfType<string>().ShouldBeUnique();
        facts.SelectMany(f => f.Serves).ShouldBeUnique();
    }

    [Fact]
    public async Task Some_of_the_modules_refuse_to_start_without_a_bus_that_joins_them_to_the_others()
    {
        var settings = new Settings(new Dictionary<string, string>());
        var refused = await Should.ThrowAsync<SettingsException>(() => Product.StartAsync(settings, Host.Modules.Named(["bookings"]), NullLoggerFactory.Instance, CancellationToken.None));
        refused.Message.ShouldContain("NATS_URL");
    }

    [Fact]
    public void An_unknown_module_is_named_in_the_refusal() => Should.Throw<SettingsException>(() => Host.Modules.Named(["bookigns"])).Message.ShouldContain("bookigns");

    [Fact]
    public void A_misspelt_setting_stops_the_start_with_a_suggestion() =>
        Should.Throw<SettingsException>(() => Settings.FromEnvironment([new("STRIPE_SECRET_KEYS", "x")])).Message.ShouldContain("STRIPE_SECRET_KEY");

    [Fact]
    public void A_value_that_can_not_be_is_refused() =>
        Should.Throw<SettingsException>(() => Settings.FromEnvironment([new("DB_PORT", "many"), new("JWT_SECRET", "short")])).Message.ShouldContain("DB_PORT");
}
