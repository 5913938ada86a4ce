using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AngleSharp.Html.Parser;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>What strangers send, and who may send at all.</summary>
public sealed class HostileTests
{
    [Theory]
    [InlineData("{", null)]
    [InlineData("[]", null)]
    [InlineData("{}", "app")]
    [InlineData("""{"instance":{"hostName":"h"}}""", "app")]
    [InlineData("""{"instance":{"app":"OTHER","hostName":"h"}}""", "app")]
    [InlineData("""{"instance":{"app":"ORDERS"}}""", "hostName")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"a b"}}""", "hostName")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","instanceId":"../x"}}""", "instanceId")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","instanceId":"a\u0000b"}}""", "instanceId")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","vipAddress":"\ud800"}}""", null)]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","port":{"$":70000}}}""", "port")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","port":"x"}}""", "port")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","status":"GREAT"}}""", "status")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","homePageUrl":"javascript:alert(1)"}}""", "homePageUrl")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","leaseInfo":{"durationInSecs":999999999}}}""", "durationInSecs")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","lastDirtyTimestamp":"99999999999999"}}""", "lastDirtyTimestamp")]
    [InlineData("""{"instance":{"app":"ORDERS","hostName":"h","metadata":{"a":"\u0007"}}}""", "metadata")]
    [InlineData("""{"instance":{"instance":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}}}}}}""", null)]
    public async Task A_registration_that_can_not_be_is_refused(string body, string? field)
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.Http.PostAsync("/eureka/apps/orders", body).ShouldRefuseAsync(400, "invalid_registration", field);
        (await registry.HashAsync()).ShouldBe("");
    }

    [Theory]
    [InlineData("<instance>")]
    [InlineData("""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><instance><app>ORDERS</app><hostName>&x;</hostName></instance>""")]
    [InlineData("""<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><instance><app>ORDERS</app><hostName>&b;</hostName></instance>""")]
    [InlineData("<a><a><a><a><a><a><a><a><a><a><a><a><a><a>x</a></a></a></a></a></a></a></a></a></a></a></a></a></a>")]
    public async Task XML_that_does_more_than_say_something_is_refused(string body)
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.Http.PostAsync("/eureka/apps/orders", new StringContent(body, Encoding.UTF8, "application/xml")).ShouldRefuseAsync(400, "invalid_registration");
    }

    [Fact]
    public async Task Bodies_of_other_types_and_sizes_are_refused()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.Http.PostAsync("/eureka/apps/orders", new StringContent("""{"instance":{"app":"ORDERS","hostName":"h"}}""", Encoding.UTF8, "text/plain")).ShouldRefuseAsync(415, "unsupported_media_type");
        await registry.RegisterAsync("ORDERS", "o-1", 80, $",\"metadata\":{{\"a\":\"{new string('x', 200_000)}\"}}").ShouldRefuseAsync(413, "body_too_large");
        await registry.RegisterAsync("ORDERS", "o-1", 80, $",\"metadata\":{{\"a\":\"{new string('x', 3000)}\"}}").ShouldRefuseAsync(400, "invalid_registration", "metadata");
        await registry.RegisterAsync("ORDERS", "o-1", 80, $",\"metadata\":{{{string.Join(',', Enumerable.Range(0, 65).Select(i => $"\"k{i}\":\"v\""))}}}").ShouldRefuseAsync(400, "invalid_registration", "metadata");
        // A small body that unpacks to a large one.
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) await gzip.WriteAsync(new byte[50 << 20]);
        using var bomb = new ByteArrayContent(packed.ToArray());
        bomb.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        bomb.Headers.ContentEncoding.Add("gzip");
        await registry.Http.PostAsync("/eureka/apps/orders", bomb).ShouldRefuseAsync(413, "body_too_large");
        await registry.Http.PutAsync($"/eureka/apps/ORDERS/o-1/metadata?{new string('k', 200)}=1", null).ShouldRefuseAsync(404, "instance_not_registered");
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        await registry.Http.PutAsync($"/eureka/apps/ORDERS/o-1/metadata?{new string('k', 200)}=1", null).ShouldRefuseAsync(400, "invalid_registration", "metadata");
        await registry.Http.PostAsync("/eureka/apps/" + new string('a', 200), "{}").ShouldRefuseAsync(400, "invalid_registration", "app");
    }

    [Fact]
    public async Task The_page_shows_hostile_texts_as_texts()
    {
        await using var registry = await OwnRegistry.StartAsync();
        const string Evil = "<img src=x onerror=alert(1)>\\\"'><script>alert(2)</script>";
        await registry.RegisterAsync("ORDERS", Evil.Replace("/", ""), 80, $",\"metadata\":{{\"zone\":\"{Evil}\",\"{Evil}\":\"{Evil}\"}},\"homePageUrl\":\"http://h/?a=\\\"><script>\"").ShouldBeAsync(204);
        using var response = await registry.Http.GetAsync("/");
        response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        var page = await new HtmlParser().ParseDocumentAsync(await response.Content.ReadAsStringAsync());
        page.QuerySelectorAll("script, img, [onerror]").ShouldBeEmpty();
        page.QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        page.QuerySelector("td[data-label=Zone]")!.TextContent.ShouldContain("<img src=x onerror=alert(1)>");
        // And XML stays XML, with names that XML could not carry otherwise.
        (await registry.XmlAsync("/eureka/apps")).Descendants("metadata").Single().Elements().Count().ShouldBe(2);
    }

    [Fact]
    public async Task With_a_password_only_those_who_have_it_or_a_service_token_may()
    {
        await using var registry = await OwnRegistry.StartAsync(null, 0, ("EUREKA_USER", "operator"), ("EUREKA_PASSWORD", "a:long password"));
        await registry.Http.GetAsync("/eureka/apps").ShouldRefuseAsync(401, "registry_access");
        await registry.RegisterAsync("ORDERS", "o-1").ShouldRefuseAsync(401, "registry_access");
        using (var page = await registry.Http.GetAsync("/")) page.Headers.WwwAuthenticate.ToString().ShouldStartWith("Basic");
        await SayingAsync(registry, new("Basic", Convert.ToBase64String("operator:wrong"u8)), 401);
        await SayingAsync(registry, new("Basic", "not base64!"), 401);
        await SayingAsync(registry, new("Basic", Convert.ToBase64String("operator:a:long password"u8)), 200);
        await SayingAsync(registry, new("Bearer", OwnRegistry.Tokens.For("registry")), 200);
        await SayingAsync(registry, new("Bearer", OwnRegistry.Tokens.For("bookings")), 401);
        await SayingAsync(registry, new("Bearer", new ServiceTokens("another key, of somebody else, 32"u8.ToArray(), "x").For("registry")), 401);
        // Health and metrics are asked by machines of the platform and tell nothing about instances' addresses.
        await registry.Http.GetAsync("/ready").ShouldBeAsync(200);
    }

    [Fact]
    public async Task In_production_being_near_is_not_enough_and_a_half_password_stops_the_start()
    {
        await using var registry = await OwnRegistry.StartAsync(null, 0, ("ENVIRONMENT", "production"), ("JWT_SECRET", new string('s', 32)));
        await registry.Http.GetAsync("/eureka/apps").ShouldRefuseAsync(401, "registry_access");
        await SayingAsync(registry, new("Bearer", OwnRegistry.Tokens.For("registry")), 200);
        await Should.ThrowAsync<SettingsException>(() => OwnRegistry.StartAsync(null, 0, ("ENVIRONMENT", "production")));
        await Should.ThrowAsync<SettingsException>(() => OwnRegistry.StartAsync(null, 0, ("EUREKA_USER", "operator")));
        await Should.ThrowAsync<SettingsException>(() => OwnRegistry.StartAsync(null, 0, ("EUREKA_PEERS", "not an address")));
    }

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("10.1.2.3", HttpStatusCode.OK)]
    [InlineData("203.0.113.9", HttpStatusCode.Unauthorized)]
    [InlineData("10.0.0.1, 203.0.113.9, 10.0.0.2", HttpStatusCode.Unauthorized)]
    public async Task Without_a_password_callers_of_the_private_network_may_and_strangers_behind_its_proxies_may_not(string? forwarded, HttpStatusCode expected)
    {
        await using var registry = await OwnRegistry.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/eureka/apps");
        if (forwarded is not null) request.Headers.Add("X-Forwarded-For", forwarded);
        using var response = await registry.Http.SendAsync(request);
        response.StatusCode.ShouldBe(expected);
    }

    private static async Task SayingAsync(OwnRegistry registry, AuthenticationHeaderValue who, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/eureka/apps");
        request.Headers.Authorization = who;
        await registry.Http.SendAsync(request).ShouldBeAsync(status);
    }
}
