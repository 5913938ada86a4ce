using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Kernel.Events;

/// <summary>Reacts to one sort of event. Runs inside a transaction with the inbox row: its effect happens once. Throwing means: try again later.</summary>
public interface IReaction<in TEvent> where TEvent : IEvent
{
    Task HandleAsync(TEvent fact, ReactionContext context, CancellationToken ct);
}

/// <summary>What a reaction may know beside the fact.</summary>
public sealed class ReactionContext(EventEnvelope envelope)
{
    private readonly List<Action> afterCommit = [];

    public EventEnvelope Envelope { get; } = envelope;

    /// <summary>Runs when the transaction is committed: for what lives in memory.</summary>
    public void AfterCommit(Action action) => afterCommit.Add(action);

    internal void Committed() => afterCommit.ForEach(action => action());
}

/// <summary>A door that the clock opens. Runs inside a transaction that also marks it fired: it happens once.</summary>
public interface ITimerDoor
{
    Task FireAsync(string subject, CancellationToken ct);
}

/// <summary>Names a reaction in a module's table of contents.</summary>
public sealed record ReactionSeam(string Type, Action<IServiceCollection> Register, Func<IServiceProvider, EventEnvelope, ReactionContext, CancellationToken, Task> Run)
{
    public static ReactionSeam To<TEvent, TReaction>() where TEvent : class, IEvent where TReaction : class, IReaction<TEvent> => new(
        EventTypes.Of<TEvent>(),
        services => services.AddScoped<TReaction>(),
        (provider, envelope, context, ct) => provider.GetRequiredService<TReaction>().HandleAsync(
            envelope.Data.Deserialize<TEvent>(Wire.Json) ?? throw new JsonException($"empty {envelope.Type}"), context, ct));
}

/// <summary>Names a timer in a module's table of contents; its row in the outbox carries the snake_case name of the class.</summary>
public sealed record TimerSeam(string Name, Action<IServiceCollection> Register, Func<IServiceProvider, string, CancellationToken, Task> Run)
{
    public static TimerSeam Of<TTimer>() where TTimer : class, ITimerDoor => new(
        NameOf<TTimer>(),
        services => services.AddScoped<TTimer>(),
        (provider, subject, ct) => provider.GetRequiredService<TTimer>().FireAsync(subject, ct));

    public static string NameOf<TTimer>() where TTimer : class, ITimerDoor => JsonNamingPolicy.SnakeCaseLower.ConvertName(typeof(TTimer).Name);
}
