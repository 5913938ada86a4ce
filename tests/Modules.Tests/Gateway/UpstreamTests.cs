using System.Diagnostics;
using System.Net.Sockets;
using EstoSpaces.Testing;
using Microsoft.AspNetCore.Builder;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>The gateway before instances that come, go, refuse, break and fall silent.</summary>
public sealed class UpstreamTests
{
    [Fact]
    public async Task An_instance_that_is_dead_is_passed_over_and_nobody_notices()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (module, app) = await all.AddAsync();
        all.Directory.Set("things", LoneModule.FreeAddress(), app.Address);
        for (var i = 0; i < 40; i++)
        {
            await all.Api.GetAsync("/api/v1/things/a").ShouldBeAsync(200);
            (await all.Api.PostAsync("/api/v1/things/a", new { i }).ReadAsync()).GetProperty("body").GetString().ShouldBe($$"""{"i":{{i}}}""");
        }
        module.Reached.ShouldBe(80);
    }

    [Fact]
    public async Task Without_an_instance_the_refusal_comes_at_once_and_says_when_to_try_again()
    {
        await using var all = await GatewayWithThings.StartAsync();
        await all.Api.GetAsync("/api/v1/things/a").ShouldRefuseAsync(503, "upstream_unavailable");
        all.Directory.Set("things", LoneModule.FreeAddress(), LoneModule.FreeAddress());
        for (var i = 0; i < 10; i++)
        {
            using var refused = await all.Api.PostAsync("/api/v1/things/a", new { });
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
            await Task.FromResult(refused).ShouldRefuseAsync(503, "upstream_unavailable");
        }
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        await all.Api.GetAsync("/api/v1/things/a").ShouldBeAsync(200);
    }

    [Fact]
    public async Task When_nobody_known_can_be_reached_the_directory_looks_again_before_anybody_is_refused()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        var dead = LoneModule.FreeAddress();
        all.Directory.Set("things", dead);
        await all.Api.PostAsync("/api/v1/things/a", new { }).ShouldRefuseAsync(503, "upstream_unavailable");
        all.Directory.WhenLookedAtAgain = () => all.Directory.Set("things", app.Address);
        await all.Api.PostAsync("/api/v1/things/a", new { }).ShouldBeAsync(200);

        // It may be listed beside the dead one as well, and for a module that nobody was known of.
        all.Directory.Set("things", dead);
        all.Directory.WhenLookedAtAgain = () => all.Directory.Set("things", dead, app.Address);
        await all.Api.PostAsync("/api/v1/things/a", new { }).ShouldBeAsync(200);
        all.Directory.Set("things");
        await all.Api.PostAsync("/api/v1/things/a", new { }).ShouldBeAsync(200);
    }

    [Fact]
    public async Task An_instance_that_comes_back_at_its_address_is_used_at_once_when_it_is_the_only_one()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        await app.StopAsync();
        await all.Api.GetAsync("/api/v1/things/a").ShouldRefuseAsync(503, "upstream_unavailable");
        await using var again = WebApplication.Create();
        again.Urls.Add(app.Address.ToString());
        again.MapGet("/{**rest}", () => "back");
        await again.StartAsync();
        await all.Api.GetAsync("/api/v1/things/a").ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_repeated_for_a_read_and_for_a_keyed_post_and_for_nothing_else()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (breaking, one) = await all.AddAsync();
        var (good, other) = await all.AddAsync();
        breaking.Switch = "broken";
        all.Directory.Set("things", one.Address);
        await all.Api.PostAsync("/api/v1/things/switched", new { a = 1 }).ShouldRefuseAsync(502, "upstream_connection_lost");
        await all.Api.PostAsync("/api/v1/things/switched", content: null).ShouldRefuseAsync(502, "upstream_connection_lost");
        breaking.Reached.ShouldBe(2);

        all.Directory.Set("things", one.Address, other.Address);
        for (var i = 0; i < 20; i++)
        {
            await all.Api.GetAsync("/api/v1/things/switched").ShouldBeAsync(200);
            (await all.Api.PostAsync("/api/v1/things/switched", new { i }, $"key-{i}").ReadAsync()).GetProperty("body").GetString().ShouldBe($$"""{"i":{{i}}}""");
        }
        good.Reached.ShouldBe(40);
    }

    [Fact]
    public async Task A_connection_stays_open_after_a_keyed_post_in_chunks()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = all.Api.BaseAddress };
        for (var i = 0; i < 5; i++) (await http.PostAsync("/api/v1/things/a", new { i }, $"key-{i}").ReadAsync()).GetProperty("body").GetString().ShouldBe($$"""{"i":{{i}}}""");
        connections.ShouldBe(1);
    }

    [Fact]
    public async Task A_keyed_post_that_is_too_large_to_be_kept_still_passes_whole()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        var large = new string('x', 300_000);
        (await all.Api.PostAsync("/api/v1/things/large", large, "key").ReadAsync()).GetProperty("body").GetString().ShouldBe(large);
    }

    [Fact]
    public async Task A_post_that_reached_an_instance_is_never_sent_to_another()
    {
        await using var all = await GatewayWithThings.StartAsync(("GATEWAY_PROBE_EVERY", "1h"));
        var (one, app) = await all.AddAsync();
        var (two, other) = await all.AddAsync();
        one.Switch = two.Switch = "broken";
        all.Directory.Set("things", app.Address, other.Address);
        for (var i = 0; i < 8; i++) await all.Api.PostAsync("/api/v1/things/switched", new { i }).ShouldRefuseAsync(502, "upstream_connection_lost");
        (one.Reached + two.Reached).ShouldBe(8);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_a_timeout_and_is_not_asked_for_again()
    {
        await using var all = await GatewayWithThings.StartAsync(("GATEWAY_TIMEOUT", "0.3s"), ("GATEWAY_PROBE_EVERY", "1h"));
        var (one, app) = await all.AddAsync();
        var (two, other) = await all.AddAsync();
        all.Directory.Set("things", app.Address, other.Address);
        await all.Api.GetAsync("/api/v1/things/silent").ShouldRefuseAsync(504, "upstream_timeout");
        await all.Api.PostAsync("/api/v1/things/silent", new { }, "a-key").ShouldRefuseAsync(504, "upstream_timeout");
        (one.Reached + two.Reached).ShouldBe(2);
    }

    [Fact]
    public async Task An_instance_that_never_answers_is_left_alone_until_one_request_found_it_mended()
    {
        await using var all = await GatewayWithThings.StartAsync(("GATEWAY_TIMEOUT", "0.2s"));
        var (module, app) = await all.AddAsync();
        module.Switch = "silent";
        all.Directory.Set("things", app.Address);
        for (var i = 0; i < 5; i++) await all.Api.GetAsync("/api/v1/things/switched").ShouldRefuseAsync(504, "upstream_timeout");
        var (began, refusedAtOnce) = (Stopwatch.StartNew(), 0);
        for (var i = 0; i < 50; i++)
            using (var answer = await all.Api.GetAsync("/api/v1/things/switched"))
                if ((int)answer.StatusCode == 503) refusedAtOnce++;
        var tries = 1 + (int)(began.Elapsed.TotalSeconds / 5);
        refusedAtOnce.ShouldBeGreaterThanOrEqualTo(50 - tries);
        module.Reached.ShouldBeLessThanOrEqualTo(5 + tries);
        module.Switch = "answer";
        await Until.HoldsAsync(async () =>
        {
            using var answer = await all.Api.GetAsync("/api/v1/things/switched");
            return answer.IsSuccessStatusCode;
        }, "the breaker closes");
    }

    [Fact]
    public async Task Bodies_larger_than_the_module_takes_are_refused_declared_or_not()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (module, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        await all.Api.PostAsync("/api/v1/things/a", new string('x', 1_100_000)).ShouldRefuseAsync(413, "body_too_large");
        using var undeclared = new HttpRequestMessage(HttpMethod.Post, "/api/v1/things/a") { Content = new StringContent(new string('x', 1_100_000)), Headers = { TransferEncodingChunked = true } };
        await all.Api.SendAsync(undeclared).ShouldRefuseAsync(413, "body_too_large");
        await all.Api.PostAsync("/api/v1/things/a", "{}").ShouldBeAsync(200);
    }

    [Fact]
    public async Task The_module_sees_who_asked_and_the_id_that_the_answer_carries()
    {
        await using var all = await GatewayWithThings.StartAsync();
        var (_, app) = await all.AddAsync();
        all.Directory.Set("things", app.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/things/a") { Headers = { { "X-Forwarded-For", "203.0.113.9" } } };
        using var answer = await all.Api.SendAsync(request);
        var seen = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        seen.GetProperty("forwarded").GetString()!.ShouldMatch("^203.0.113.9, (127.0.0.1|::1)$");
        answer.Headers.GetValues("X-Request-Id").ShouldBe([seen.GetProperty("id").GetString()!]);
        answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"]);
    }
}
