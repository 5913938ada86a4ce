using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>The registry as a part of the product.</summary>
public sealed class ProductTests
{
    [Fact]
    public async Task Every_module_of_the_product_is_registered_at_the_place_where_it_answers()
    {
        var product = await TestProduct.SharedAsync();
        using var registry = product.ClientOf("registry");
        registry.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        var modules = product.Product.Apps.Select(a => a.Facts).ToList();
        var fetched = await Until.HoldsAsync(async () => Fetched.Parse(await registry.GetByteArrayAsync("/eureka/apps")), f => f.Hash == $"UP_{modules.Count}_", "all are up");
        fetched.Instances.Select(i => (i.App, i.Address!.Port)).Order().ShouldBe(modules.Select(m => (m.Service.ToUpperInvariant(), product.Product.AddressOf(m.Name).Port)).Order());
    }

    [Theory]
    [InlineData("/eureka/apps")]
    [InlineData("/eureka/v2/apps/delta")]
    [InlineData("/api/v1/eureka/apps")]
    public async Task The_gateway_leads_nobody_to_it(string path)
    {
        var product = await TestProduct.SharedAsync();
        using var answer = await product.Api.GetAsync(path);
        ((int)answer.StatusCode).ShouldBe(404);
        using var told = await product.Api.PostAsync("/eureka/apps/PAYMENT-SERVICE", """{"instance":{"app":"PAYMENT-SERVICE","hostName":"evil.example"}}""");
        ((int)told.StatusCode).ShouldBe(404);
    }
}
