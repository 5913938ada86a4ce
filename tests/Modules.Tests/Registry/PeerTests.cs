using System.Text.Json;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>Two registries that know the same.</summary>
public sealed class PeerTests
{
    [Fact]
    public async Task What_one_registry_is_told_the_other_knows_and_nothing_echoes()
    {
        await using var pair = await Pair.StartAsync();
        await pair.One.RegisterAsync("ORDERS", "o-1", 8080, ",\"metadata\":{\"a\":\"1\"}").ShouldBeAsync(204);
        await pair.Other.RegisterAsync("STOCK", "s-1").ShouldBeAsync(204);
        await pair.AgreeAsync("UP_2_");
        var copy = (await pair.Other.JsonAsync("/eureka/apps/ORDERS/o-1")).GetProperty("instance");
        copy.GetProperty("metadata").GetProperty("a").GetString().ShouldBe("1");

        await pair.One.Http.PutAsync("/eureka/apps/STOCK/s-1/status?value=OUT_OF_SERVICE", null).ShouldBeAsync(200);
        await pair.AgreeAsync("OUT_OF_SERVICE_1_UP_1_");
        await pair.Other.Http.DeleteAsync("/eureka/apps/STOCK/s-1/status").ShouldBeAsync(200);
        await pair.AgreeAsync("UP_2_");
        await pair.One.Http.PutAsync("/eureka/apps/ORDERS/o-1/metadata?a=2", null).ShouldBeAsync(200);
        await Until.HoldsAsync(async () => (await pair.Other.JsonAsync("/eureka/apps/ORDERS/o-1")).GetProperty("instance").GetProperty("metadata").GetProperty("a").GetString(), a => a == "2", "metadata at the peer");
        await pair.Other.Http.DeleteAsync("/eureka/apps/ORDERS/o-1").ShouldBeAsync(200);
        await pair.AgreeAsync("UP_1_");

        // Both were told a few things; were they told on, they would never end.
        var told = await pair.One.Http.GetStringAsync("/metrics");
        told.Split('\n').Single(l => l.StartsWith("registry_replication_pending", StringComparison.Ordinal)).ShouldEndWith(" 0");
    }

    [Fact]
    public async Task Renewals_at_one_registry_keep_the_lease_at_the_other()
    {
        await using var pair = await Pair.StartAsync();
        await pair.One.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        await pair.AgreeAsync("UP_1_");
        for (var i = 0; i < 6; i++)
        {
            pair.Time.Move(TimeSpan.FromSeconds(29));
            await pair.One.RenewAsync("ORDERS", "o-1").ShouldBeAsync(200);
            var now = pair.Time.GetUtcNow().ToUnixTimeMilliseconds();
            await Until.HoldsAsync(async () => (await pair.Other.JsonAsync("/eureka/apps/ORDERS/o-1")).GetProperty("instance").GetProperty("leaseInfo").GetProperty("lastRenewalTimestamp").GetInt64(), at => at == now, "renewal at the peer");
        }
        await pair.AgreeAsync("UP_1_");
    }

    [Fact]
    public async Task A_registry_that_starts_late_takes_over_what_its_peer_knows()
    {
        var (first, second) = (OwnRegistry.FreePort(), OwnRegistry.FreePort());
        await using var one = await OwnRegistry.StartAsync(null, first, ("EUREKA_PEERS", $"http://127.0.0.1:{second}"));
        await one.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        await one.RegisterAsync("ORDERS", "o-2").ShouldBeAsync(204);
        await one.Http.PutAsync("/eureka/apps/ORDERS/o-2/status?value=OUT_OF_SERVICE", null).ShouldBeAsync(200);
        await using var late = await OwnRegistry.StartAsync(one.Time, second, ("EUREKA_PEERS", $"http://127.0.0.1:{first}"));
        (await late.HashAsync()).ShouldBe("OUT_OF_SERVICE_1_UP_1_");
        await late.Http.DeleteAsync("/eureka/apps/ORDERS/o-2/status").ShouldBeAsync(200);
        (await late.HashAsync()).ShouldBe("UP_2_");
    }

    [Fact]
    public async Task A_peer_that_forgot_an_instance_is_told_all_of_it_by_the_next_renewal()
    {
        await using var pair = await Pair.StartAsync();
        await pair.One.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        await pair.AgreeAsync("UP_1_");
        // As if another peer had said so: it is not told on.
        using var cancel = new HttpRequestMessage(HttpMethod.Delete, "/eureka/apps/ORDERS/o-1");
        cancel.Headers.Add("x-netflix-discovery-replication", "true");
        await pair.Other.Http.SendAsync(cancel).ShouldBeAsync(200);
        (await pair.One.HashAsync()).ShouldBe("UP_1_");
        await pair.One.RenewAsync("ORDERS", "o-1").ShouldBeAsync(200);
        await pair.AgreeAsync("UP_1_");
    }

    [Fact]
    public async Task Of_two_states_the_newer_one_wins()
    {
        await using var registry = await OwnRegistry.StartAsync();
        var then = registry.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await registry.RegisterAsync("ORDERS", "o-1", 8080, $",\"lastDirtyTimestamp\":{then}").ShouldBeAsync(204);
        var answers = (await BatchAsync(registry, $$$"""
            {"replicationList":[{"appName":"ORDERS","id":"o-1","action":"Heartbeat","lastDirtyTimestamp":{{{then}}},"status":"UP","overriddenStatus":"UNKNOWN"},
            {"appName":"ORDERS","id":"o-1","action":"Heartbeat","lastDirtyTimestamp":{{{then - 7}}}},
            {"appName":"ORDERS","id":"o-1","action":"Heartbeat","lastDirtyTimestamp":{{{then + 7}}}},
            {"appName":"ORDERS","id":"o-9","action":"Heartbeat","lastDirtyTimestamp":{{{then}}}},
            {"appName":"ORDERS","id":"o-9","action":"Register","instanceInfo":{"instanceId":"o-9","app":"ORDERS","hostName":"h9","port":{"$":1,"@enabled":"true"},"lastDirtyTimestamp":"{{{then}}}"}},
            {"appName":"ORDERS","id":"o-9","action":"StatusUpdate","status":"OUT_OF_SERVICE"},
            {"appName":"ORDERS","id":"o-8","action":"Cancel"},
            {"appName":"ORDERS","id":"o-1","action":"Dance"}]}
            """)).GetProperty("responseList").EnumerateArray().ToList();
        answers.ConvertAll(a => a.GetProperty("statusCode").GetInt32()).ShouldBe([200, 409, 404, 404, 204, 200, 404, 400]);
        answers[1].GetProperty("responseEntity").GetProperty("lastDirtyTimestamp").GetString().ShouldBe($"{then}");
        (await registry.HashAsync()).ShouldBe("OUT_OF_SERVICE_1_UP_1_");

        using var single = new HttpRequestMessage(HttpMethod.Put, $"/eureka/apps/ORDERS/o-1?lastDirtyTimestamp={then - 7}");
        single.Headers.Add("x-netflix-discovery-replication", "true");
        single.Headers.Accept.ParseAdd("application/json");
        (await registry.Http.SendAsync(single).ReadAsync(409)).GetProperty("instance").GetProperty("instanceId").GetString().ShouldBe("o-1");
    }

    [Fact]
    public async Task A_registry_finds_out_that_an_address_among_its_peers_is_its_own()
    {
        var port = OwnRegistry.FreePort();
        await using var registry = await OwnRegistry.StartAsync(null, port, ("EUREKA_PEERS", $"http://127.0.0.1:{port}/eureka"));
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        await Until.HoldsAsync(async () => (await registry.Http.GetStringAsync("/")).Contains("itself", StringComparison.Ordinal), "the page says it");
        (await registry.HashAsync()).ShouldBe("UP_1_");
    }

    private static async Task<JsonElement> BatchAsync(OwnRegistry registry, string body) => await registry.Http.PostAsync("/eureka/v2/peerreplication/batch/", body).ReadAsync();

    private sealed record Pair(OwnRegistry One, OwnRegistry Other, MovableTime Time) : IAsyncDisposable
    {
        public static async Task<Pair> StartAsync()
        {
            var (time, first, second) = (new MovableTime(), OwnRegistry.FreePort(), OwnRegistry.FreePort());
            return new Pair(await OwnRegistry.StartAsync(time, first, ("EUREKA_PEERS", $"http://127.0.0.1:{second}/eureka/v2/")), await OwnRegistry.StartAsync(time, second, ("EUREKA_PEERS", $"http://127.0.0.1:{first}")), time);
        }

        public async Task AgreeAsync(string hash)
        {
            await Until.HoldsAsync(One.HashAsync, h => h == hash, "the first registry");
            await Until.HoldsAsync(Other.HashAsync, h => h == hash, "the other registry");
        }

        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Other.DisposeAsync();
        }
    }
}
