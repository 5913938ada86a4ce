using System.Net;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>How services find each other by the registry, without it, and when it lies.</summary>
public sealed class DiscoveryTests
{
    private static readonly ModuleFacts Orders = new("orders", "order-service", 1), Stock = new("stock", "stock-service", 2);

    [Fact]
    public async Task A_directory_follows_the_registry_and_falls_back_to_fixed_addresses_for_what_was_never_seen()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await using var directory = DirectoryOf(registry);
        await directory.RefreshAsync(CancellationToken.None);
        directory.InstancesOf("orders").Single().Address.ShouldBe(new Uri("http://fixed-orders:1"));
        var changes = 0;
        directory.Changed += () => changes++;

        await registry.RegisterAsync("ORDER-SERVICE", "o-1", 7001).ShouldBeAsync(204);
        await registry.RegisterAsync("ORDER-SERVICE", "o-2", 7002, ",\"status\":\"STARTING\"").ShouldBeAsync(204);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001]);
        directory.InstancesOf("stock").Single().Address.Host.ShouldBe("fixed-stock");
        changes.ShouldBe(1);

        registry.Time.Move(TimeSpan.FromSeconds(1));
        await registry.RegisterAsync("ORDER-SERVICE", "o-2", 7002).ShouldBeAsync(204);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001, 7002]);
        var same = directory.InstancesOf("orders");
        await directory.RefreshAsync(CancellationToken.None);
        directory.InstancesOf("orders").ShouldBeSameAs(same);
        changes.ShouldBe(2);

        await registry.Http.PutAsync("/eureka/apps/ORDER-SERVICE/o-1/status?value=OUT_OF_SERVICE", null).ShouldBeAsync(200);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7002]);
        await registry.Http.DeleteAsync("/eureka/apps/ORDER-SERVICE/o-2").ShouldBeAsync(200);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBeEmpty("an operator took the only one out");
        await registry.Http.DeleteAsync("/eureka/apps/ORDER-SERVICE/o-1/status").ShouldBeAsync(200);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001]);
    }

    [Fact]
    public async Task What_is_known_survives_the_registry_and_its_return_with_empty_hands()
    {
        var time = new MovableTime();
        var port = OwnRegistry.FreePort();
        var registry = await OwnRegistry.StartAsync(time, port);
        await registry.RegisterAsync("ORDER-SERVICE", "o-1", 7001).ShouldBeAsync(204);
        await registry.RegisterAsync("ORDER-SERVICE", "o-2", 7002).ShouldBeAsync(204);
        await using var directory = DirectoryOf(registry);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001, 7002]);

        await registry.DisposeAsync();
        await directory.RefreshAsync(CancellationToken.None);
        time.Move(TimeSpan.FromMinutes(30));
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001, 7002], "the registry is away");

        await using var back = await OwnRegistry.StartAsync(time, port);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001, 7002], "the registry knows nobody yet");
        await back.RegisterAsync("ORDER-SERVICE", "o-1", 7001).ShouldBeAsync(204);
        time.Move(TimeSpan.FromSeconds(10));
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001, 7002], "the other one has half a minute to register");
        for (var i = 0; i < 4; i++)
        {
            time.Move(TimeSpan.FromSeconds(29));
            await back.RenewAsync("ORDER-SERVICE", "o-1").ShouldBeAsync(200);
            await directory.RefreshAsync(CancellationToken.None);
        }
        Ports(directory).ShouldBe([7001], "it did not come back");

        // The last one is kept for a while even when it left: it may be the registry that is wrong.
        await back.Http.DeleteAsync("/eureka/apps/ORDER-SERVICE/o-1").ShouldBeAsync(200);
        await directory.RefreshAsync(CancellationToken.None);
        Ports(directory).ShouldBe([7001]);
        time.Move(TimeSpan.FromMinutes(11));
        await directory.RefreshAsync(CancellationToken.None);
        directory.InstancesOf("orders").Single().Address.Host.ShouldBe("fixed-orders");
    }

    [Fact]
    public async Task Of_several_registries_the_next_is_asked_when_one_is_away()
    {
        await using var registry = await OwnRegistry.StartAsync();
        using var client = new RegistryClient(RegistryAddress.ParseAll("EUREKA_URL", $"http://127.0.0.1:{OwnRegistry.FreePort()},{registry.Address}eureka", null, null), OwnRegistry.Tokens);
        await registry.RegisterAsync("ORDER-SERVICE", "o-1", 7001).ShouldBeAsync(204);
        (await client.FetchAsync(delta: false, CancellationToken.None)).Hash.ShouldBe("UP_1_");
        (await client.RenewAsync("ORDER-SERVICE", "o-1", "UP", 0, CancellationToken.None)).ShouldBeTrue();
        (await client.RenewAsync("ORDER-SERVICE", "o-9", "UP", 0, CancellationToken.None)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"applications":{"apps__hashcode":"UP_1_","application":{"name":"A","instance":{"instanceId":"a","hostName":"h","status":"UP","port":{"$":"80","@enabled":true}}}}}""", "http://h/")]
    [InlineData("""{"applications":{"apps__hashcode":"UP_1_","application":[{"name":"A","instance":[{"hostName":"h","status":"UP","port":8080}]}]}}""", "http://h:8080/")]
    [InlineData("""{"applications":{"apps__hashcode":"UP_1_","application":[{"name":"A","instance":[{"hostName":"h","status":"UP","port":{"$":80,"@enabled":"false"},"securePort":{"$":8443,"@enabled":"true"}}]}]}}""", "https://h:8443/")]
    [InlineData("""{"applications":{"apps__hashcode":"UP_1_","application":[{"name":"A","instance":[{"hostName":"not a host","status":"UP","port":8080}]}]}}""", null)]
    [InlineData("""{"applications":{"apps__hashcode":"","application":null}}""", "")]
    public void Answers_of_other_registries_are_read_in_all_their_forms(string json, string? address)
    {
        var instances = Fetched.Parse(System.Text.Encoding.UTF8.GetBytes(json)).Instances;
        if (address == "") instances.ShouldBeEmpty();
        else instances.ShouldHaveSingleItem().Address?.ToString().ShouldBe(address);
        if (address is null) instances[0].Address.ShouldBeNull();
    }

    [Fact]
    public async Task A_call_goes_to_the_next_instance_when_one_refuses_even_a_POST_and_the_refusing_one_rests()
    {
        await using var one = await AnsweringAsync("one");
        await using var two = await AnsweringAsync("two");
        var dead = new Uri($"http://127.0.0.1:{OwnRegistry.FreePort()}");
        var time = new MovableTime();
        var directory = new FixedDirectory(new Dictionary<string, IReadOnlyList<Uri>> { ["orders"] = [dead, new Uri(one.Urls.Single()), new Uri(two.Urls.Single())] });
        using var http = new HttpClient(new InstanceHandler(new InstanceChoice(directory, "orders", time)) { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = new Uri("http://orders") };
        var answers = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            using var response = await http.PostAsync("/echo?a=b", new StringContent("body " + i));
            answers.Add(await response.Content.ReadAsStringAsync());
        }
        answers.Select(a => a.Split(' ')[0]).Distinct().Order().ShouldBe(["one", "two"]);
        answers.Select(a => a[4..]).ShouldBe(Enumerable.Range(0, 12).Select(i => $"?a=b body {i}"));

        var choice = new InstanceChoice(directory, "orders", time);
        choice.PassOver(directory.InstancesOf("orders")[0]);
        Enumerable.Range(0, 6).Select(_ => choice.Next()!.Address).ShouldNotContain(dead);
        time.Move(TimeSpan.FromSeconds(6));
        Enumerable.Range(0, 6).Select(_ => choice.Next()!.Address).ShouldContain(dead);
    }

    [Fact]
    public async Task When_all_that_are_known_refuse_the_directory_looks_again_once_for_all_who_ask()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RegisterAsync("ORDER-SERVICE", "o-1", OwnRegistry.FreePort()).ShouldBeAsync(204);
        await using var directory = DirectoryOf(registry);
        await directory.RefreshAsync(CancellationToken.None);
        await using var successor = await AnsweringAsync("two");
        await registry.RegisterAsync("ORDER-SERVICE", "o-2", new Uri(successor.Urls.Single()).Port).ShouldBeAsync(204);
        await registry.Http.DeleteAsync("/eureka/apps/ORDER-SERVICE/o-1").ShouldBeAsync(200);

        var changes = 0;
        directory.Changed += () => Interlocked.Increment(ref changes);
        using var http = new HttpClient(new InstanceHandler(new InstanceChoice(directory, "orders", TimeProvider.System)) { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = new Uri("http://orders") };
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var response = await http.PostAsync("/echo", new StringContent("body " + i));
            return await response.Content.ReadAsStringAsync();
        }));
        answers.ShouldAllBe(a => a.StartsWith("two", StringComparison.Ordinal));
        changes.ShouldBe(1);
    }

    [Fact]
    public async Task An_instance_that_says_it_is_leaving_is_asked_only_when_there_is_no_other()
    {
        await using var staying = await AnsweringAsync("staying");
        await using var leaving = await AnsweringAsync("leaving", isLeaving: true);
        var directory = new FixedDirectory(new Dictionary<string, IReadOnlyList<Uri>> { ["orders"] = [new Uri(leaving.Urls.Single()), new Uri(staying.Urls.Single())], ["stock"] = [new Uri(leaving.Urls.Single())] });
        (await NamesOfTenAnswersAsync(directory, "orders")).Count(n => n == "leaving").ShouldBeLessThanOrEqualTo(1);
        (await NamesOfTenAnswersAsync(directory, "stock")).ShouldAllBe(n => n == "leaving");
    }

    [Fact]
    public async Task A_call_to_nobody_fails_at_once_and_one_to_a_lone_dead_instance_says_so()
    {
        foreach (var addresses in new Dictionary<string, Uri>[] { [], new() { ["orders"] = new Uri($"http://127.0.0.1:{OwnRegistry.FreePort()}") } })
        {
            using var http = new HttpClient(new InstanceHandler(new InstanceChoice(new FixedDirectory(addresses), "orders", TimeProvider.System)) { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = new Uri("http://orders") };
            (await Should.ThrowAsync<HttpRequestException>(() => http.GetAsync("/"))).HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        }
    }

    [Fact]
    public async Task A_module_registers_once_it_is_ready_says_when_it_no_longer_is_and_leaves_first()
    {
        await using var registry = await OwnRegistry.StartAsync();
        var module = new ModuleThatMayBeIll();
        using var client = registry.RegistryClient();
        // A directory that is not fixed: it registers without the courtesy of waiting.
        await using var directory = DirectoryOf(registry);
        var settings = new Settings(new Dictionary<string, string>()).With(("ENVIRONMENT", "test"));
        var port = OwnRegistry.FreePort();
        await using var app = ModuleApp.Build(module, OwnRegistry.ContextFor(module.Facts, settings, $"http://127.0.0.1:{port}", directory, client));
        module.Illness = "not yet";
        await app.StartAsync(CancellationToken.None);
        await Until.HoldsAsync(registry.HashAsync, h => h == "STARTING_1_", "starting");
        module.Illness = null;
        await Until.HoldsAsync(registry.HashAsync, h => h == "UP_1_", "up");
        var instance = (await registry.JsonAsync($"/eureka/apps/ORDER-SERVICE/127.0.0.1:order-service:{port}")).GetProperty("instance");
        instance.GetProperty("vipAddress").GetString().ShouldBe("order-service");
        instance.GetProperty("healthCheckUrl").GetString().ShouldBe($"http://127.0.0.1:{port}/ready");
        instance.GetProperty("metadata").GetProperty("module").GetString().ShouldBe("orders");

        var leftFirst = false;
        module.Stopping = async () => leftFirst = await registry.HashAsync() == "";
        await app.StopAsync(CancellationToken.None);
        leftFirst.ShouldBeTrue();
    }

    [Theory]
    [InlineData("http://localhost:8083", null, "localhost", "localhost:order-service:8083")]
    [InlineData("http://*:8083", "orders-1.internal", "orders-1.internal", "orders-1.internal:order-service:8083")]
    [InlineData("http://127.0.0.1:8083", null, "127.0.0.1", "127.0.0.1:order-service:8083")]
    public void A_module_registers_under_the_host_at_which_others_reach_it(string listen, string? named, string host, string id)
    {
        var settings = new Settings(new Dictionary<string, string>()).With(("INSTANCE_HOST", named));
        var identity = InstanceIdentity.Of(OwnRegistry.ContextFor(Orders, settings, listen));
        (identity.Host, identity.Id, identity.App).ShouldBe((host, id, "ORDER-SERVICE"));
    }

    [Fact]
    public void A_module_that_listens_everywhere_registers_under_an_address_of_this_machine()
    {
        var identity = InstanceIdentity.Of(OwnRegistry.ContextFor(Orders, new Settings(new Dictionary<string, string>()), "http://*:8083"));
        IPAddress.TryParse(identity.Host, out _).ShouldBeTrue();
        identity.Host.ShouldNotBe("0.0.0.0");
    }

    private static RegistryDirectory DirectoryOf(OwnRegistry registry) => new(registry.RegistryClient(), [Orders, Stock],
        new FixedDirectory(new Dictionary<string, Uri> { ["orders"] = new("http://fixed-orders:1"), ["stock"] = new("http://fixed-stock:2") }), registry.Time, NullLogger.Instance);

    private static List<int> Ports(RegistryDirectory directory) => [.. directory.InstancesOf("orders").Select(i => i.Address.Port)];

    private static async Task<List<string>> NamesOfTenAnswersAsync(IDirectory directory, string module)
    {
        using var http = new HttpClient(new InstanceHandler(new InstanceChoice(directory, module, new MovableTime())) { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = new Uri("http://" + module) };
        var names = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            using var response = await http.PostAsync("/echo", new StringContent(""));
            names.Add((await response.Content.ReadAsStringAsync()).Split(' ')[0]);
        }
        return names;
    }

    private static async Task<WebApplication> AnsweringAsync(string name, bool isLeaving = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        using var draining = new Draining();
        draining.Use(app);
        if (isLeaving) draining.Begin();
        app.MapPost("/echo", async (HttpRequest request) => $"{name} {request.QueryString} {await new StreamReader(request.Body).ReadToEndAsync()}");
        await app.StartAsync();
        return app;
    }

    private sealed class ModuleThatMayBeIll : IModule, Kernel.Observability.IReadinessCheck
    {
        public ModuleFacts Facts => Orders;
        public string Name => "health";
        public string? Illness { get; set; }
        public Func<Task>? Stopping { get; set; }

        public void AddServices(IServiceCollection services, ModuleContext context)
        {
            services.AddSingleton<Kernel.Observability.IReadinessCheck>(this);
            services.AddHostedService(_ => new AtTheEnd(this));
        }

        public void Map(WebApplication app) => app.MapGet("/", () => "orders");

        public Task<string?> CheckAsync(CancellationToken ct) => Task.FromResult(Illness);

        private sealed class AtTheEnd(ModuleThatMayBeIll module) : Microsoft.Extensions.Hosting.IHostedService
        {
            public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
            public Task StopAsync(CancellationToken cancellationToken) => module.Stopping?.Invoke() ?? Task.CompletedTask;
        }
    }
}
