namespace EstoSpaces.Kernel.Observability;

/// <summary>What ties log lines, events and calls to the request that caused them; flows with the async call.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<(string Correlation, string Causation)?> Current = new();

    /// <summary>The request that all of it began with.</summary>
    public static string? CorrelationId => Current.Value?.Correlation;

    /// <summary>The request or event that is being handled.</summary>
    public static string? CausationId => Current.Value?.Causation;

    public static IDisposable Begin(string correlationId, string causationId)
    {
        var before = Current.Value;
        Current.Value = (correlationId, causationId);
        return new Restore(before);
    }

    private sealed class Restore((string, string)? before) : IDisposable
    {
        public void Dispose() => Current.Value = before;
    }
}
