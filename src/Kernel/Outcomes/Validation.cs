using EstoSpaces.Contracts;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Kernel.Outcomes;

/// <summary>A request that knows what is wrong with it. Every module's endpoints check it before the slice runs; the first refusal is the answer.</summary>
public interface IChecked
{
    /// <summary>The refusals, best first; empty when all is well. Params are snake_case field names.</summary>
    IEnumerable<Refusal?> Check();
}

/// <summary>Checks that requests share; each answers null when all is well.</summary>
public static class Checks
{
    public static Refusal? Required(string? value, string param) =>
        string.IsNullOrWhiteSpace(value) ? Refusal.Invalid("field_required", $"{param} is needed.", param) : null;

    public static Refusal? Required(object? value, string param) => value is null ? Refusal.Invalid("field_required", $"{param} is needed.", param) : null;

    /// <summary>Counts characters after trimming; null passes.</summary>
    public static Refusal? Length(string? value, string param, int min, int max) =>
        value is null || value.Trim().Length >= min && value.Trim().Length <= max ? null : Refusal.Invalid("field_length", min == 0 ? $"{param} may have {max} characters at most." : $"{param} must have {min} to {max} characters.", param);

    public static Refusal? Range(long? value, string param, long min, long max) => Range((decimal?)value, param, min, max);

    public static Refusal? Range(decimal? value, string param, decimal min, decimal max) =>
        value is null || value >= min && value <= max ? null : Refusal.Invalid("field_range", $"{param} must be from {min} to {max}.", param);

    public static Refusal? Range(double? value, string param, double min, double max) =>
        value is null || value >= min && value <= max ? null : Refusal.Invalid("field_range", $"{param} must be from {min} to {max}.", param);

    public static Refusal? That(bool holds, string code, string message, string? param = null) => holds ? null : Refusal.Invalid(code, message, param);
}

/// <summary>Runs <see cref="IChecked.Check"/> of every argument. Where the address itself could not be read, the arguments say nothing: that comes first.</summary>
public sealed class CheckFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (context.HttpContext.Response.StatusCode == StatusCodes.Status400BadRequest)
            throw new BadHttpRequestException("A value in the address is not of the kind that is expected there.");
        foreach (var argument in context.Arguments)
            if (argument is IChecked request && request.Check().FirstOrDefault(r => r is not null) is { } refusal)
                return ValueTask.FromResult<object?>(refusal.ToProblem());
        return next(context);
    }
}
