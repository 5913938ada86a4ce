using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests;

/// <summary>Puts facts on the product's bus, as their owner would have.</summary>
public static class Facts
{
    /// <summary>Returns when every module that hears of it has reacted. The id makes it the same delivery again.</summary>
    public static Task TellAsync(TestProduct product, IEvent fact, Guid? id = null) => product.Bus.PublishAsync(new EventEnvelope
    {
        Id = id ?? Guid.CreateVersion7(), Source = "/estospaces/tests", Type = EventTypes.Of(fact.GetType()), Subject = fact.Subject, Time = product.Now, Sequence = 1,
        Data = JsonSerializer.SerializeToElement(fact, fact.GetType(), Wire.Json),
    }, CancellationToken.None);
}
