using System.Collections.Concurrent;
using System.Diagnostics;
using EstoSpaces.Gateway;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Redis;
using EstoSpaces.Modules.Tests.Registry;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>Gateways that share a real Redis, which is killed, stalled, emptied and comes back.</summary>
public sealed class RedisTests
{
    [Fact]
    public async Task Two_gateways_give_one_allowance_together_and_tell_the_same()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var a = one.Client();
        using var b = two.Client();

        // On a machine that is so busy that Redis seems lost in between, the next caller shows it.
        var caller = 0;
        await Until.HoldsAsync(async () =>
        {
            var (openings, began) = (one.Redis!.Openings + two.Redis!.Openings, Stopwatch.StartNew());
            Become(a, b, ++caller);
            var first = await CountAsync(a, 30);
            using var told = await b.GetAsync("/nope");
            var rest = 1 + await CountAsync(b, 60) + await CountAsync(a, 10);
            var more = (int)began.Elapsed.TotalSeconds + 2; // one a second
            var stayedOpen = one.Redis.IsOpen && two.Redis.IsOpen && openings == one.Redis.Openings + two.Redis.Openings;
            if (stayedOpen) Remaining(told).ShouldBeInRange(28, 30 + more);
            (first + rest).ShouldBeInRange(stayedOpen ? 60 : 40, 62 + more);
            return stayedOpen;
        }, "shared by both", 60);
    }

    [Fact]
    public async Task Without_Redis_each_gateway_gives_its_share_and_no_caller_starts_anew()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        using var a = one.Client();
        using var b = two.Client();
        var began = Stopwatch.StartNew();
        await CountAsync(a, 40);
        redis.Kill();
        // He had 20 left in all: here at most half of that, and at the other, which never saw him, its share of the whole. One more comes every two seconds.
        (await CountAsync(a, 40)).ShouldBeInRange(1, 13 + (int)began.Elapsed.TotalSeconds);
        (await CountAsync(b, 60)).ShouldBeInRange(25, 33 + (int)began.Elapsed.TotalSeconds);
        await redis.StartAsync();
        await Until.HoldsAsync(() => Task.FromResult(one.Redis!.IsOpen && two.Redis!.IsOpen), "the door opens");
        (await CountAsync(a, 1)).ShouldBe(1);
    }

    [Fact]
    public async Task A_stalled_Redis_costs_the_first_requests_a_moment_and_the_others_nothing()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateway = await StartAsync(redis, "100000");
        using var api = gateway.Client();
        await CountAsync(api, 20);
        redis.Stall();
        var began = Stopwatch.StartNew();
        (await CountAsync(api, 200)).ShouldBe(200);
        began.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10)); // a busy machine; a tenth of a second each would be twenty
        gateway.Redis!.IsOpen.ShouldBeFalse();
        redis.Wake();
        await Until.HoldsAsync(() => Task.FromResult(gateway.Redis.IsOpen), "the door opens");
        (await CountAsync(api, 20)).ShouldBe(20);
    }

    [Fact]
    public async Task A_gateway_starts_without_Redis_stays_ready_says_so_and_finds_it_later()
    {
        await using var redis = RedisServer.Reserve();
        await using var gateway = await StartAsync(redis, connect: false);
        using var api = gateway.Client();
        var ready = await api.GetAsync("/ready").ReadAsync();
        ready.GetProperty("status").GetString().ShouldBe("ready");
        ready.GetProperty("degraded")[0].GetString().ShouldBe("redis");
        (await CountAsync(api, 10)).ShouldBe(10);
        await redis.StartAsync();
        await Until.HoldsAsync(() => Task.FromResult(gateway.Redis!.IsOpen), "the door opens");
        (await api.GetAsync("/ready").ReadAsync()).GetProperty("degraded").GetArrayLength().ShouldBe(0);
        await KeysAsync(api, redis);
    }

    [Fact]
    public async Task Data_and_scripts_that_are_flushed_are_made_again_and_keys_go_by_themselves()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gateway = await StartAsync(redis);
        using var api = gateway.Client();
        await CountAsync(api, 10);
        await redis.SendAsync("FLUSHALL");
        await redis.SendAsync("SCRIPT FLUSH");
        (await CountAsync(api, 5)).ShouldBe(5);
        await KeysAsync(api, redis);
        var left = await redis.SendAsync("EVAL \"return redis.call('PTTL', redis.call('RANDOMKEY'))\" 0");
        int.Parse(left[1..]).ShouldBeInRange(1, 60_000);
    }

    [Fact]
    public async Task A_password_and_a_database_are_used()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "a b/c");
        await using var door = new RedisDoor(RedisAddress.Parse($"redis://:a%20b%2Fc@localhost:{redis.Port}/3"), NullLoggerFactory.Instance);
        await Until.HoldsAsync(() => Task.FromResult(door.IsOpen), "the door opens");
        (await door.EvaluateAsync("redis.call('SET', KEYS[1], ARGV[1]) return {tonumber(ARGV[1])}", "k", 7)).ShouldBe([7]);
        await using var stranger = new RedisDoor(RedisAddress.Parse(redis.Url), NullLoggerFactory.Instance);
        (await stranger.EvaluateAsync("return {1}", "k")).ShouldBeNull();
    }

    [Fact]
    public async Task A_loss_is_told_when_it_has_lasted_for_two_seconds_and_its_end_only_then()
    {
        await using var redis = RedisServer.Reserve();
        var (time, told) = (new MovableTime(), new Words());
        await using var door = new RedisDoor(RedisAddress.Parse(redis.Url), told, time);
        await redis.StartAsync();
        await Until.HoldsAsync(() => Task.FromResult(door.IsOpen), "the door opens");
        redis.Kill();
        await Until.HoldsAsync(() => Task.FromResult(!door.IsOpen), "the door shuts");
        told.Said.ShouldBeEmpty();
        time.Move(TimeSpan.FromSeconds(2));
        await Until.HoldsAsync(() => Task.FromResult(told.Said.Count == 1), "the loss is told");
        told.Said.ShouldHaveSingleItem().ShouldStartWith("Redis does not answer");
        await redis.StartAsync();
        await Until.HoldsAsync(() => Task.FromResult(told.Said.Contains("Redis answers again")), "its end is told");
        told.Said.Count.ShouldBe(2);
    }

    /// <summary>A log that keeps what is said in it.</summary>
    private sealed class Words : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Said { get; } = new();
        public ILogger CreateLogger(string categoryName) => this;
        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();
        public bool IsEnabled(LogLevel logLevel) => true;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Enqueue(formatter(state, exception));
        public void Dispose() { }
    }

    [Theory]
    [InlineData("redis://localhost", null)]
    [InlineData("rediss://:secret@cache.example:6380/2", null)]
    [InlineData("redis://default:secret@cache:6379", null)]
    [InlineData("redis://somebody:secret@cache:6379", "default user")]
    [InlineData("localhost:6379", "redis://host:port")]
    [InlineData("http://localhost:6379", "redis://host:port")]
    [InlineData("redis://localhost:6379/first", "number of a database")]
    public void Addresses_are_read_or_refused_in_words(string url, string? wrong)
    {
        if (wrong is null) RedisAddress.Check(url).ShouldBeNull();
        else RedisAddress.Check(url)!.ShouldContain(wrong);
        if (url.StartsWith("rediss", StringComparison.Ordinal)) RedisAddress.Parse(url).ShouldBe(new RedisAddress("cache.example", 6380, true, "secret", 2));
        if (wrong is not null) Should.Throw<SettingsException>(() => RedisAddress.Parse(url)).Message.ShouldNotContain("secret");
    }

    private static async Task<LoneModule> StartAsync(RedisServer redis, string perMinute = "60", bool connect = true)
    {
        var facts = new GatewayModule().Facts;
        var gateway = await LoneModule.StartAsync(new GatewayModule(), new MovingDirectory(), [facts], ("REDIS_URL", redis.Url), ("RATE_LIMIT_PER_MINUTE", perMinute));
        if (connect) await Until.HoldsAsync(() => Task.FromResult(gateway.Redis!.IsOpen), "the door opens");
        return gateway;
    }

    /// <summary>Asks so many times; how many passed.</summary>
    private static async Task<int> CountAsync(HttpClient api, int times)
    {
        var passed = 0;
        for (var i = 0; i < times; i++)
        {
            using var answer = await api.GetAsync("/nope");
            if ((int)answer.StatusCode != 429) passed++;
        }
        return passed;
    }

    private static Task KeysAsync(HttpClient api, RedisServer redis) => Until.HoldsAsync(async () =>
    {
        await CountAsync(api, 1);
        return await redis.SendAsync("DBSIZE") == ":1";
    }, "counted in Redis");

    private static void Become(HttpClient a, HttpClient b, int caller)
    {
        foreach (var client in new[] { a, b })
        {
            client.DefaultRequestHeaders.Remove("X-Forwarded-For");
            client.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{caller}");
        }
    }

    private static int Remaining(HttpResponseMessage answer) => int.Parse(answer.Headers.GetValues("RateLimit").Single().Split("r=")[1].Split(';')[0]);
}
