using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>Leases that end, the network that is to blame, and deltas that lead to the same as a full fetch.</summary>
public sealed class LeaseTests
{
    private static readonly (string App, string Id)[] Ten = [.. Enumerable.Range(0, 10).Select(i => ($"APP{i % 3}", $"i-{i}"))];

    [Fact]
    public async Task A_silent_instance_is_evicted_after_its_lease_and_the_others_stay()
    {
        await using var registry = await WithTen();
        await registry.RegisterAsync("SILENT", "s-1").ShouldBeAsync(204);
        await registry.LiveAsync(TimeSpan.FromSeconds(90), Ten);
        (await registry.HashAsync()).ShouldBe("UP_11_");
        await registry.LiveAsync(TimeSpan.FromSeconds(30), Ten);
        (await registry.HashAsync()).ShouldBe("UP_10_");
        await registry.RenewAsync("SILENT", "s-1").ShouldRefuseAsync(404, "instance_not_registered");
        var gone = (await registry.FetchedAsync("/eureka/apps/delta")).Instances.Single(i => i.App == "SILENT");
        gone.Deleted.ShouldBeTrue();
        (await registry.Http.GetStringAsync("/")).ShouldContain("evicted");
        (await registry.Http.GetStringAsync("/metrics")).ShouldContain("registry_operations_total{operation=\"evict\"} 1");
    }

    [Fact]
    public async Task When_too_many_are_silent_at_once_nobody_is_evicted_until_they_are_heard_again()
    {
        await using var registry = await WithTen();
        await registry.LiveAsync(TimeSpan.FromSeconds(60), Ten);
        (await registry.Http.GetStringAsync("/metrics")).ShouldContain("registry_self_preservation 0");

        await registry.LiveAsync(TimeSpan.FromMinutes(5), Ten.Take(8));
        (await registry.HashAsync()).ShouldBe("UP_10_");
        var metrics = await registry.Http.GetStringAsync("/metrics");
        metrics.ShouldContain("registry_self_preservation 1");
        metrics.ShouldContain("registry_renewals_expected 20");
        metrics.ShouldContain("registry_renewals_seen 16");
        (await registry.Http.GetStringAsync("/")).ShouldContain("Self-preservation.");

        await registry.LiveAsync(TimeSpan.FromMinutes(2), Ten.Take(9));
        (await registry.HashAsync()).ShouldBe("UP_9_");
        (await registry.Http.GetStringAsync("/")).ShouldNotContain("Self-preservation.");
    }

    [Fact]
    public async Task One_that_renews_too_often_does_not_hide_the_silence_of_others()
    {
        await using var registry = await WithTen();
        for (var i = 0; i < 60; i++)
        {
            registry.Time.Move(TimeSpan.FromSeconds(2));
            await registry.RenewAsync(Ten[0].App, Ten[0].Id).ShouldBeAsync(200);
        }
        (await registry.HashAsync()).ShouldBe("UP_10_");
        (await registry.Http.GetStringAsync("/metrics")).ShouldContain("registry_renewals_seen 2");
    }

    [Fact]
    public async Task An_instance_may_ask_for_a_shorter_lease()
    {
        await using var registry = await WithTen();
        await registry.RegisterAsync("QUICK", "q-1", 8080, ",\"leaseInfo\":{\"renewalIntervalInSecs\":5,\"durationInSecs\":15}").ShouldBeAsync(204);
        await registry.LiveAsync(TimeSpan.FromSeconds(60), Ten);
        (await registry.HashAsync()).ShouldBe("UP_10_");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Deltas_lead_to_the_same_as_a_full_fetch(int seed)
    {
        await using var registry = await OwnRegistry.StartAsync();
        var random = new Random(seed);
        var mirror = new Dictionary<(string, string), FetchedInstance>();
        for (var step = 0; step < 150; step++)
        {
            var (app, id) = ($"APP{random.Next(4)}", $"i-{random.Next(6)}");
            using var done = random.Next(7) switch
            {
                0 => await registry.Http.DeleteAsync($"/eureka/apps/{app}/{id}"),
                1 => await registry.Http.PutAsync($"/eureka/apps/{app}/{id}/status?value=OUT_OF_SERVICE", null),
                2 => await registry.Http.DeleteAsync($"/eureka/apps/{app}/{id}/status"),
                3 => await registry.RenewAsync(app, id),
                4 => await registry.RegisterAsync(app, id, 8080, ",\"status\":\"DOWN\""),
                _ => await registry.RegisterAsync(app, id),
            };
            registry.Time.Move(TimeSpan.FromSeconds(random.Next(15)));
            if (random.Next(3) > 0) continue;
            var delta = await registry.FetchedAsync("/eureka/apps/delta");
            foreach (var instance in delta.Instances)
                if (instance.Deleted) mirror.Remove((instance.App, instance.Id));
                else mirror[(instance.App, instance.Id)] = instance;
            var full = await registry.FetchedAsync("/eureka/v2/apps");
            delta.Hash.ShouldBe(full.Hash);
            Fetched.HashOf(mirror.Values.Select(i => i.Status)).ShouldBe(full.Hash, $"after step {step}");
            mirror.Values.Select(i => (i.App, i.Id, i.Status)).Order().ShouldBe(full.Instances.Select(i => (i.App, i.Id, i.Status)).Order());
        }
    }

    [Fact]
    public async Task A_delta_forgets_after_three_minutes()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        (await registry.FetchedAsync("/eureka/apps/delta")).Instances.Count.ShouldBe(1);
        await registry.LiveAsync(TimeSpan.FromSeconds(210), [("ORDERS", "o-1")]);
        var delta = await registry.FetchedAsync("/eureka/apps/delta");
        (delta.Instances.Count, delta.Hash).ShouldBe((0, "UP_1_"));
    }

    private static async Task<OwnRegistry> WithTen()
    {
        var registry = await OwnRegistry.StartAsync();
        foreach (var (app, id) in Ten) await registry.RegisterAsync(app, id).ShouldBeAsync(204);
        return registry;
    }
}
