using System.Diagnostics.CodeAnalysis;

namespace EstoSpaces.Contracts;

/// <summary>An id of one kind of thing: a UUIDv7 that can't be mistaken for the id of another kind.</summary>
public interface IEntityId<TSelf> where TSelf : struct, IEntityId<TSelf>
{
    /// <summary>The UUID, as it stands in the database and on the wire.</summary>
    Guid Value { get; }

    /// <summary>Wraps a UUID that was read from the database or the wire.</summary>
    static abstract TSelf From(Guid value);
}

/// <summary>An account: guest, host and admin are roles of it.</summary>
public readonly record struct UserId(Guid Value) : IEntityId<UserId>
{
    public static UserId From(Guid value) => new(value);
    public static UserId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out UserId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A listing (a home that can be rented). The reference calls it a property.</summary>
public readonly record struct PropertyId(Guid Value) : IEntityId<PropertyId>
{
    public static PropertyId From(Guid value) => new(value);
    public static PropertyId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out PropertyId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A booking, from inquiry to completion.</summary>
public readonly record struct BookingId(Guid Value) : IEntityId<BookingId>
{
    public static BookingId From(Guid value) => new(value);
    public static BookingId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out BookingId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A payment for one booking by one method.</summary>
public readonly record struct PaymentId(Guid Value) : IEntityId<PaymentId>
{
    public static PaymentId From(Guid value) => new(value);
    public static PaymentId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out PaymentId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A refund of a payment, whole or in part.</summary>
public readonly record struct RefundId(Guid Value) : IEntityId<RefundId>
{
    public static RefundId From(Guid value) => new(value);
    public static RefundId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out RefundId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>An invoice or credit note.</summary>
public readonly record struct InvoiceId(Guid Value) : IEntityId<InvoiceId>
{
    public static InvoiceId From(Guid value) => new(value);
    public static InvoiceId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out InvoiceId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>An uploaded file with its renditions.</summary>
public readonly record struct MediaId(Guid Value) : IEntityId<MediaId>
{
    public static MediaId From(Guid value) => new(value);
    public static MediaId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out MediaId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>A message to one person over one or several channels.</summary>
public readonly record struct NotificationId(Guid Value) : IEntityId<NotificationId>
{
    public static NotificationId From(Guid value) => new(value);
    public static NotificationId New() => new(Guid.CreateVersion7());
    public static bool TryParse([NotNullWhen(true)] string? text, out NotificationId id) => Ids.TryParse(text, out id);
    public override string ToString() => Value.ToString();
}

/// <summary>Parsing that all ids share.</summary>
public static class Ids
{
    public static bool TryParse<T>(string? text, out T id) where T : struct, IEntityId<T>
    {
        var ok = Guid.TryParse(text, out var value);
        id = ok ? T.From(value) : default;
        return ok;
    }
}
