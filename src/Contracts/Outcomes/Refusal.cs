namespace EstoSpaces.Contracts;

/// <summary>What sort of "no" it is; the Kernel maps each to one HTTP status.</summary>
public enum RefusalKind { Invalid, Unauthenticated, PaymentRequired, Forbidden, NotFound, Conflict, TooMany, Unavailable }

/// <summary>A "no" that is part of the business: a value, never an exception. <c>Code</c> is snake_case and stable forever; <c>Param</c> names the field that is meant.</summary>
public sealed record Refusal(string Code, RefusalKind Kind, string Message, string? Param = null)
{
    public static Refusal Invalid(string code, string message, string? param = null) => new(code, RefusalKind.Invalid, message, param);
    public static Refusal Unauthenticated(string code, string message) => new(code, RefusalKind.Unauthenticated, message);
    public static Refusal PaymentRequired(string code, string message) => new(code, RefusalKind.PaymentRequired, message);
    public static Refusal Forbidden(string code, string message) => new(code, RefusalKind.Forbidden, message);
    public static Refusal NotFound(string code, string message) => new(code, RefusalKind.NotFound, message);
    public static Refusal Conflict(string code, string message, string? param = null) => new(code, RefusalKind.Conflict, message, param);
    public static Refusal TooMany(string code, string message) => new(code, RefusalKind.TooMany, message);
    public static Refusal Unavailable(string code, string message) => new(code, RefusalKind.Unavailable, message);
}

/// <summary>Either a value or a refusal. Used with early return: <c>if (result.Refused) return result.Refusal.ToProblem();</c></summary>
public readonly struct Result<T>
{
    private readonly T? value;

    private Result(T? value, Refusal? refusal) => (this.value, Refusal) = (value, refusal);

    /// <summary>Why not; null when there is a value.</summary>
    public Refusal? Refusal { get; }

    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Refusal))]
    public bool Refused => Refusal is not null;

    /// <summary>The value. Throws when refused: look at <see cref="Refused"/> first.</summary>
    public T Value => Refusal is null ? value! : throw new InvalidOperationException($"refused: {Refusal.Code}");

    public static implicit operator Result<T>(T value) => new(value, null);
    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}
