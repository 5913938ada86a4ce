using System.Reflection;

namespace EstoSpaces.Contracts.Events;

/// <summary>A fact that a module tells all others. Records implement it and carry <see cref="EventTypeAttribute"/>. They only grow; a breaking change is a new version.</summary>
public interface IEvent
{
    /// <summary>The aggregate the fact is about, e.g. the booking's id. Facts of one subject are delivered in their order.</summary>
    string Subject { get; }
}

/// <summary>The wire name of an event, e.g. <c>estospaces.bookings.booking_confirmed.v1</c>: also its NATS subject.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventTypeAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Finds the wire name of an event record, and all event records there are.</summary>
public static class EventTypes
{
    public static string Of(Type type) => type.GetCustomAttribute<EventTypeAttribute>()?.Name
        ?? throw new InvalidOperationException($"{type.Name} has no [EventType]");

    public static string Of<T>() where T : IEvent => Of(typeof(T));

    public static IReadOnlyDictionary<string, Type> All { get; } = typeof(EventTypes).Assembly.GetTypes()
        .Where(t => t.IsClass && !t.IsAbstract && typeof(IEvent).IsAssignableFrom(t))
        .ToDictionary(Of, t => t, StringComparer.Ordinal);
}
