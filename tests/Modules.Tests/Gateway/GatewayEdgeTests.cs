using System.Diagnostics;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

public sealed class GatewayEdgeTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly HttpClient api = fixture.Product.Api;

    [Theory]
    [InlineData("/internal/quotes")]
    [InlineData("/api/v1/internal/quotes")]
    [InlineData("/INTERNAL/quotes")]
    [InlineData("/api/v1/bookings/%2e%2e/%2e%2e/internal/bookings")]
    [InlineData("/api/v1/bookings/..%2f..%2finternal/bookings")]
    [InlineData("/api/v1/bookings/;x/Internal;y/quotes")]
    public async Task Internal_paths_are_never_reachable(string path) => await api.GetAsync(path).ShouldRefuseAsync(404, "no_such_path");

    [Fact]
    public async Task Answers_carry_security_headers_a_request_id_and_the_rate_limit()
    {
        using var response = await api.GetAsync("/nothing/here");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("X-Request-Id").Single().Length.ShouldBeGreaterThan(10);
        response.Headers.GetValues("RateLimit").Single().ShouldStartWith("\"default\";r=");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task A_sane_request_id_of_the_caller_is_kept_and_a_hostile_one_is_not()
    {
        using var sane = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { "X-Request-Id", "abc-123" } } };
        using var hostile = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { { "X-Request-Id", "<script>" } } };
        (await api.SendAsync(sane)).Headers.GetValues("X-Request-Id").ShouldBe(["abc-123"]);
        (await api.SendAsync(hostile)).Headers.GetValues("X-Request-Id").ShouldNotBe(["<script>"]);
    }

    [Fact]
    public async Task Every_module_tells_its_health_and_version()
    {
        foreach (var app in fixture.Product.Product.Apps)
        {
            var health = await fixture.Product.ClientOf(app.Facts.Name).GetAsync("/health").ReadAsync();
            health.GetProperty("service").GetString().ShouldBe(app.Facts.Service);
            health.GetProperty("status").GetString().ShouldBe("ok");
            (await fixture.Product.ClientOf(app.Facts.Name).GetAsync("/ready").ReadAsync()).GetProperty("status").GetString().ShouldBe("ready");
            (await fixture.Product.ClientOf(app.Facts.Name).GetStringAsync("/metrics")).ShouldContain("# TYPE");
            (await fixture.Product.ClientOf(app.Facts.Name).GetAsync("/version").ReadAsync()).GetProperty("version").GetString().ShouldBe("1.0.0");
        }
    }

    [Fact]
    public async Task The_merged_document_has_every_public_path_and_no_internal_one()
    {
        var document = await api.GetAsync("/openapi/v1.json").ReadAsync();
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        paths.ShouldAllBe(p => p.StartsWith("/api/v1/") || p.StartsWith("/.well-known/"));
        paths.ShouldNotContain(p => p.Contains("internal"));
    }
}

/// <summary>Limits are low here, so this product is its own.</summary>
public sealed class RateLimitTests : IAsyncLifetime
{
    private TestProduct product = null!;

    public async Task InitializeAsync() => product = await TestProduct.StartAsync(("RATE_LIMIT_PER_MINUTE", "20"));
    public async Task DisposeAsync() => await product.DisposeAsync();

    [Fact]
    public async Task A_caller_who_asks_too_often_is_told_how_long_to_wait_and_others_are_not_hurt()
    {
        var statuses = new List<int>();
        var began = Stopwatch.StartNew();
        while (statuses.Count < 40 || statuses[^1] != 429) using (var response = await product.Api.GetAsync("/nope")) statuses.Add((int)response.StatusCode);
        statuses.Count(s => s == 404).ShouldBeInRange(20, 21 + (int)(began.Elapsed.TotalSeconds / 3)); // one more every three seconds
        using var refused = await Until.HoldsAsync(() => product.Api.GetAsync("/nope"), r => (int)r.StatusCode == 429, "refused");
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        await Until.HoldsAsync(() => StatusAsync(product.SignedIn("made-up-token")), s => s == 429, "made-up tokens buy nothing");
        using var another = product.ClientOf("gateway");
        another.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        await another.GetAsync("/nope").ShouldBeAsync(404);
        await product.Api.GetAsync("/health").ShouldBeAsync(200);
    }

    private static async Task<int> StatusAsync(HttpClient api)
    {
        using var answer = await api.GetAsync("/nope");
        return (int)answer.StatusCode;
    }

    [Fact]
    public async Task Pictures_are_not_counted()
    {
        for (var i = 0; i < 40; i++) await product.Api.GetAsync($"/api/v1/media/{Guid.NewGuid()}/640.webp").ShouldBeAsync(404);
    }
}
