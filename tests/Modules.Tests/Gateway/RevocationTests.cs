using EstoSpaces.Gateway;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>A session that was ended is ended everywhere: at every gateway and at every module, though its access tokens have not expired.</summary>
public sealed class RevocationTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private const string Anywhere = "/api/v1/bookings";

    [Fact]
    public async Task In_one_process_an_ended_session_is_refused_at_the_gateway_and_behind_it()
    {
        var product = fixture.Product;
        var person = await product.NewGuestAsync();
        await person.Api.GetAsync(Anywhere).ShouldBeAsync(200);
        await person.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await RefusedAsync(person.Api, Anywhere);
        using var behind = product.ClientOf("bookings");
        behind.DefaultRequestHeaders.Authorization = new("Bearer", person.Session.AccessToken);
        await behind.GetAsync(Anywhere).ShouldRefuseAsync(401, "session_ended");
        await person.Api.GetAsync("/api/v1/search?limit=1").ShouldRefuseAsync(401, "session_ended");

        // Auth answers by itself: ending it twice is fine, and signing in with an old token at hand too.
        await person.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        var another = await product.NewGuestAsync();
        await another.Api.GetAsync(Anywhere).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_process_that_was_restarted_still_knows_and_one_without_Redis_asks_auth()
    {
        var product = fixture.Product;
        var person = await product.NewGuestAsync();
        await person.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await using var gateway = await LoneModule.StartBesideAsync(new GatewayModule(), ContextOf(product), redisUrl: null);
        await using var feed = new RevokedSessionsFeed(ContextOf(product) with { Revoked = gateway.Revoked });
        using var api = gateway.Client(person.Session.AccessToken);
        await RefusedAsync(api, Anywhere);

        var later = await product.NewGuestAsync();
        using var laterApi = gateway.Client(later.Session.AccessToken);
        await laterApi.GetAsync(Anywhere).ShouldBeAsync(200);
        await later.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await RefusedAsync(laterApi, Anywhere);
    }

    private static ModuleContext ContextOf(TestProduct product) => product.Inside<ModuleContext>("gateway");

    /// <summary>The promise is a second; a busy machine gets a few.</summary>
    private static Task RefusedAsync(HttpClient api, string path) => Until.HoldsAsync(async () =>
    {
        using var answer = await api.GetAsync(path);
        return (int)answer.StatusCode == 401 && (await answer.Content.ReadAsStringAsync()).Contains("session_ended", StringComparison.Ordinal);
    }, "the session is refused", 10);
}

/// <summary>With Redis between the processes; this product is its own, for Redis is taken away from it.</summary>
public sealed class SharedRevocationTests : IAsyncLifetime
{
    private const string Anywhere = "/api/v1/bookings";
    private RedisServer redis = null!;
    private TestProduct product = null!;
    private LoneModule other = null!;

    public async Task InitializeAsync()
    {
        redis = await RedisServer.StartAsync();
        product = await TestProduct.StartAsync(("REDIS_URL", redis.Url));
        other = await LoneModule.StartBesideAsync(new GatewayModule(), product.Inside<ModuleContext>("gateway"), redis.Url);
        await Until.HoldsAsync(() => Task.FromResult(other.Redis!.IsOpen && product.Product.Topology.Redis!.IsOpen), "the doors open");
    }

    public async Task DisposeAsync()
    {
        await other.DisposeAsync();
        await product.DisposeAsync();
        await redis.DisposeAsync();
    }

    [Fact]
    public async Task A_session_ended_at_one_gateway_is_refused_at_the_other_and_stays_so_without_Redis()
    {
        var (person, kept) = (await product.NewGuestAsync(), await product.NewGuestAsync());
        using var api = other.Client(person.Session.AccessToken);
        using var keptApi = other.Client(kept.Session.AccessToken);
        await api.GetAsync(Anywhere).ShouldBeAsync(200);
        await person.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await RefusedAsync(api);
        await RefusedAsync(person.Api);

        redis.Kill();
        await api.GetAsync(Anywhere).ShouldRefuseAsync(401, "session_ended");
        await keptApi.GetAsync(Anywhere).ShouldBeAsync(200);

        // What ends while Redis is away, with all its data, is known to everybody when it is back.
        await kept.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await redis.StartAsync();
        await RefusedAsync(keptApi);
        await using var late = await LoneModule.StartBesideAsync(new GatewayModule(), product.Inside<ModuleContext>("gateway"), redis.Url);
        using var lateApi = late.Client(person.Session.AccessToken);
        await RefusedAsync(lateApi);
    }

    private static Task RefusedAsync(HttpClient api) => Until.HoldsAsync(async () =>
    {
        using var answer = await api.GetAsync(Anywhere);
        return (int)answer.StatusCode == 401 && (await answer.Content.ReadAsStringAsync()).Contains("session_ended", StringComparison.Ordinal);
    }, "the session is refused", 15);
}
