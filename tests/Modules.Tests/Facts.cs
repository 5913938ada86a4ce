using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests;

/// <summary>Tells a module facts as the bus would; the others, whose own rows are behind real facts, do not hear of it.</summary>
public static class Facts
{
    /// <summary>Returns when the module has reacted. The id makes it the same delivery again.</summary>
    public static Task TellAsync(TestProduct product, string module, IEvent fact, Guid? id = null) => product.Inside<InboxConsumer>(module).HandleAsync(new EventEnvelope
    {
        Id = id ?? Guid.CreateVersion7(), Source = "/estospaces/tests", Type = EventTypes.Of(fact.GetType()), Subject = fact.Subject, Time = product.Now, Sequence = 1,
        Data = JsonSerializer.SerializeToElement(fact, fact.GetType(), Wire.Json),
    }, CancellationToken.None);
}
