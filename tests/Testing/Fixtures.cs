using Xunit;

namespace EstoSpaces.Testing;

/// <summary>Class fixture: the shared product. Never move its clock.</summary>
public sealed class WithProduct : IAsyncLifetime
{
    public TestProduct Product { get; private set; } = null!;
    public async Task InitializeAsync() => Product = await TestProduct.SharedAsync();
    public Task DisposeAsync() => Task.CompletedTask;
}

/// <summary>Class fixture: a product of its own, whose clock may be moved.</summary>
public sealed class WithOwnClock : IAsyncLifetime
{
    public TestProduct Product { get; private set; } = null!;
    public async Task InitializeAsync() => Product = await TestProduct.StartAsync();
    public async Task DisposeAsync() => await Product.DisposeAsync();
}
