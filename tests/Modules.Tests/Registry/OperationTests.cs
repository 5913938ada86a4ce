using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>Each operation of Eureka's REST interface, in both forms and with both paths.</summary>
public sealed class OperationTests
{
    private const string Xml = """
        <instance><instanceId>x-1</instanceId><hostName>10.0.0.7</hostName><app>orders</app><ipAddr>10.0.0.7</ipAddr><status>UP</status><overriddenstatus>UNKNOWN</overriddenstatus>
        <port enabled="true">8080</port><securePort enabled="false">443</securePort><countryId>1</countryId>
        <dataCenterInfo class="com.netflix.appinfo.AmazonInfo"><name>Amazon</name><metadata><availability-zone>eu-west-1a</availability-zone></metadata></dataCenterInfo>
        <leaseInfo><renewalIntervalInSecs>10</renewalIntervalInSecs><durationInSecs>25</durationInSecs></leaseInfo>
        <metadata><team>sea &amp; sky</team></metadata><homePageUrl>http://10.0.0.7:8080/</homePageUrl><vipAddress>orders,orders-eu</vipAddress><secureVipAddress>orders-tls</secureVipAddress></instance>
        """;

    [Theory]
    [InlineData("/eureka")]
    [InlineData("/eureka/v2")]
    public async Task An_instance_registered_in_XML_is_read_in_JSON_as_Eureka_writes_it(string root)
    {
        await using var registry = await OwnRegistry.StartAsync();
        using var registered = await registry.Http.PostAsync(root + "/apps/ORDERS", new StringContent(Xml, Encoding.UTF8, "application/xml"));
        registered.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var all = (await registry.JsonAsync(root + "/apps/")).GetProperty("applications");
        all.GetProperty("versions__delta").ValueKind.ShouldBe(JsonValueKind.String);
        all.GetProperty("apps__hashcode").GetString().ShouldBe("UP_1_");
        var app = all.GetProperty("application").EnumerateArray().ShouldHaveSingleItem();
        app.GetProperty("name").GetString().ShouldBe("ORDERS");
        var instance = app.GetProperty("instance").EnumerateArray().ShouldHaveSingleItem();
        instance.GetProperty("port").ToString().ShouldBe("""{"$":8080,"@enabled":"true"}""");
        instance.GetProperty("securePort").ToString().ShouldBe("""{"$":443,"@enabled":"false"}""");
        instance.GetProperty("dataCenterInfo").ToString().ShouldBe("""{"@class":"com.netflix.appinfo.AmazonInfo","name":"Amazon","metadata":{"availability-zone":"eu-west-1a"}}""");
        instance.GetProperty("metadata").GetProperty("team").GetString().ShouldBe("sea & sky");
        instance.GetProperty("overriddenStatus").GetString().ShouldBe("UNKNOWN");
        instance.GetProperty("isCoordinatingDiscoveryServer").GetString().ShouldBe("false");
        instance.GetProperty("lastDirtyTimestamp").ValueKind.ShouldBe(JsonValueKind.String);
        instance.GetProperty("actionType").GetString().ShouldBe("ADDED");
        var lease = instance.GetProperty("leaseInfo");
        lease.GetProperty("renewalIntervalInSecs").GetInt32().ShouldBe(10);
        lease.GetProperty("durationInSecs").GetInt32().ShouldBe(25);
        lease.GetProperty("registrationTimestamp").GetInt64().ShouldBe(registry.Time.GetUtcNow().ToUnixTimeMilliseconds());
        lease.EnumerateObject().Select(p => p.Name).ShouldBe(["renewalIntervalInSecs", "durationInSecs", "registrationTimestamp", "lastRenewalTimestamp", "evictionTimestamp", "serviceUpTimestamp"]);
    }

    [Fact]
    public async Task An_instance_registered_in_JSON_is_read_in_XML_as_Eureka_writes_it()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RegisterAsync("stock", "s-1", 9000, """,  "metadata":{"@class":"java.util.Collections$EmptyMap"},"status":"STARTING" """).ShouldBeAsync(204);
        var all = await registry.XmlAsync("/eureka/apps");
        all.Name.LocalName.ShouldBe("applications");
        all.Element("apps__hashcode")!.Value.ShouldBe("STARTING_1_");
        var instance = all.Element("application")!.Element("instance")!;
        instance.Element("port")!.Value.ShouldBe("9000");
        instance.Element("port")!.Attribute("enabled")!.Value.ShouldBe("true");
        instance.Element("overriddenstatus")!.Value.ShouldBe("UNKNOWN");
        instance.Element("dataCenterInfo")!.Attribute("class")!.Value.ShouldBe("com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo");
        instance.Element("metadata")!.Attribute("class")!.Value.ShouldBe("java.util.Collections$EmptyMap");
        (await registry.XmlAsync("/eureka/apps/STOCK")).Element("name")!.Value.ShouldBe("STOCK");
        (await registry.XmlAsync("/eureka/apps/stock/s-1")).Element("instanceId")!.Value.ShouldBe("s-1");
        (await registry.XmlAsync("/eureka/instances/s-1")).Element("app")!.Value.ShouldBe("STOCK");
    }

    [Fact]
    public async Task Instances_are_found_by_application_id_and_virtual_address()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.Http.PostAsync("/eureka/apps/orders", new StringContent(Xml, Encoding.UTF8, "application/xml")).ShouldBeAsync(204);
        await registry.RegisterAsync("STOCK", "s-1").ShouldBeAsync(204);
        (await registry.JsonAsync("/eureka/apps/orders")).GetProperty("application").GetProperty("instance").GetArrayLength().ShouldBe(1);
        (await registry.JsonAsync("/eureka/v2/apps/ORDERS/x-1")).GetProperty("instance").GetProperty("hostName").GetString().ShouldBe("10.0.0.7");
        (await registry.JsonAsync("/eureka/instances/s-1")).GetProperty("instance").GetProperty("app").GetString().ShouldBe("STOCK");
        (await registry.FetchedAsync("/eureka/vips/orders-eu")).Instances.ShouldHaveSingleItem().Id.ShouldBe("x-1");
        (await registry.FetchedAsync("/eureka/svips/orders-tls")).Hash.ShouldBe("UP_1_");
        foreach (var path in (string[])["/eureka/apps/nobody", "/eureka/vips/nobody", "/eureka/svips/orders"]) await registry.Http.GetAsync(path).ShouldRefuseAsync(404, "nothing_registered");
        foreach (var path in (string[])["/eureka/apps/orders/nobody", "/eureka/instances/nobody"]) await registry.Http.GetAsync(path).ShouldRefuseAsync(404, "instance_not_registered");
    }

    [Fact]
    public async Task A_lease_is_renewed_while_it_is_known_and_given_back_once()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RenewAsync("ORDERS", "o-1").ShouldRefuseAsync(404, "instance_not_registered");
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        registry.Time.Move(TimeSpan.FromSeconds(20));
        await registry.RenewAsync("orders", "o-1").ShouldBeAsync(200);
        (await registry.JsonAsync("/eureka/apps/ORDERS/o-1")).GetProperty("instance").GetProperty("leaseInfo").GetProperty("lastRenewalTimestamp").GetInt64().ShouldBe(registry.Time.GetUtcNow().ToUnixTimeMilliseconds());
        await registry.Http.DeleteAsync("/eureka/apps/ORDERS/o-1").ShouldBeAsync(200);
        await registry.Http.DeleteAsync("/eureka/apps/ORDERS/o-1").ShouldRefuseAsync(404, "instance_not_registered");
        (await registry.JsonAsync("/eureka/apps")).GetProperty("applications").GetProperty("application").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_renewal_with_a_newer_state_asks_for_registration_and_an_older_registration_changes_nothing()
    {
        await using var registry = await OwnRegistry.StartAsync();
        var then = registry.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await registry.RegisterAsync("ORDERS", "o-1", 8080, $",\"lastDirtyTimestamp\":\"{then}\"").ShouldBeAsync(204);
        await registry.RenewAsync("ORDERS", "o-1", $"?lastDirtyTimestamp={then}&status=UP").ShouldBeAsync(200);
        await registry.RenewAsync("ORDERS", "o-1", $"?lastDirtyTimestamp={then - 5}").ShouldBeAsync(200);
        await registry.RenewAsync("ORDERS", "o-1", $"?lastDirtyTimestamp={then + 5}").ShouldRefuseAsync(404, "instance_not_registered");
        await registry.RegisterAsync("ORDERS", "o-1", 9999, $",\"lastDirtyTimestamp\":\"{then - 5}\"").ShouldBeAsync(204);
        (await registry.FetchedAsync("/eureka/apps")).Instances.Single().Address!.Port.ShouldBe(8080);
        await registry.RegisterAsync("ORDERS", "o-1", 9999, $",\"lastDirtyTimestamp\":{then + 5}").ShouldBeAsync(204);
        (await registry.FetchedAsync("/eureka/apps")).Instances.Single().Address!.Port.ShouldBe(9999);
    }

    [Fact]
    public async Task An_operator_takes_an_instance_out_of_service_and_back()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        await registry.Http.PutAsync("/eureka/apps/ORDERS/o-1/status?value=OUT_OF_SERVICE", null).ShouldBeAsync(200);
        (await registry.HashAsync()).ShouldBe("OUT_OF_SERVICE_1_");
        // The instance goes on saying that it is up; the operator's word stands, also over a new registration.
        await registry.RenewAsync("ORDERS", "o-1", "?status=UP").ShouldBeAsync(200);
        registry.Time.Move(TimeSpan.FromSeconds(1));
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        var instance = (await registry.JsonAsync("/eureka/apps/ORDERS/o-1")).GetProperty("instance");
        (instance.GetProperty("status").GetString(), instance.GetProperty("overriddenStatus").GetString()).ShouldBe(("OUT_OF_SERVICE", "OUT_OF_SERVICE"));
        await registry.Http.DeleteAsync("/eureka/apps/ORDERS/o-1/status").ShouldBeAsync(200);
        (await registry.HashAsync()).ShouldBe("UP_1_");
        // What says itself that it is down is not up because an operator wishes it.
        await registry.RegisterAsync("ORDERS", "o-2", 8081, ",\"status\":\"DOWN\"").ShouldBeAsync(204);
        await registry.Http.PutAsync("/eureka/apps/ORDERS/o-2/status?value=UP", null).ShouldBeAsync(200);
        (await registry.HashAsync()).ShouldBe("DOWN_1_UP_1_");
        await registry.Http.DeleteAsync("/eureka/apps/ORDERS/o-2/status?value=UP").ShouldBeAsync(200);
        (await registry.HashAsync()).ShouldBe("UP_2_");
        await registry.Http.PutAsync("/eureka/apps/ORDERS/o-1/status?value=ASLEEP", null).ShouldRefuseAsync(400, "invalid_registration", "value");
        await registry.Http.PutAsync("/eureka/apps/ORDERS/nobody/status?value=UP", null).ShouldRefuseAsync(404, "instance_not_registered");
    }

    [Fact]
    public async Task Metadata_is_added_and_replaced()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RegisterAsync("ORDERS", "o-1", 8080, ",\"metadata\":{\"a\":\"1\"}").ShouldBeAsync(204);
        await registry.Http.PutAsync("/eureka/apps/ORDERS/o-1/metadata?a=2&release=blue%20sky", null).ShouldBeAsync(200);
        (await registry.JsonAsync("/eureka/apps/ORDERS/o-1")).GetProperty("instance").GetProperty("metadata").ToString().ShouldBe("""{"a":"2","release":"blue sky"}""");
        await registry.Http.PutAsync("/eureka/apps/ORDERS/o-2/metadata?a=2", null).ShouldRefuseAsync(404, "instance_not_registered");
    }

    [Fact]
    public async Task Answers_are_compressed_and_not_sent_again_while_they_are_the_newest()
    {
        await using var registry = await OwnRegistry.StartAsync();
        await registry.RegisterAsync("ORDERS", "o-1").ShouldBeAsync(204);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/eureka/apps");
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var zipped = await registry.Http.SendAsync(request);
        zipped.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        using var plain = new StreamReader(new GZipStream(await zipped.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        (await plain.ReadToEndAsync()).ShouldContain("apps__hashcode");

        async Task<HttpStatusCode> AgainAsync()
        {
            using var again = new HttpRequestMessage(HttpMethod.Get, "/eureka/apps");
            again.Headers.Accept.ParseAdd("application/json");
            again.Headers.TryAddWithoutValidation("If-None-Match", zipped.Headers.ETag!.ToString());
            using var answer = await registry.Http.SendAsync(again);
            return answer.StatusCode;
        }

        (await AgainAsync()).ShouldBe(HttpStatusCode.NotModified);
        await registry.RegisterAsync("ORDERS", "o-2").ShouldBeAsync(204);
        (await AgainAsync()).ShouldBe(HttpStatusCode.OK);
    }
}
