namespace EstoSpaces.Kernel.Discovery;

/// <summary>A running copy of a module. The id stays the same while it lives at the same place; the address is scheme, host and port.</summary>
public sealed record Instance(string Id, Uri Address);

/// <summary>Where modules answer, by module name.</summary>
public interface IDirectory
{
    /// <summary>What is known now, at once: never waits and never fails. Empty when no instance is known. The same list object is answered until something changes.</summary>
    IReadOnlyList<Instance> InstancesOf(string module);

    /// <summary>
    /// Finds out what changed, for a caller whom nobody it knew has answered; two seconds at most, and what is known then is what there is. Those who ask at the same time share one question.
    /// Fails only with <see cref="OperationCanceledException"/>, when <paramref name="ct"/> says so.
    /// </summary>
    Task LookAgainAsync(CancellationToken ct);

    /// <summary>Raised after the answer for some module changed. Handlers must be quick.</summary>
    event Action? Changed;
}
