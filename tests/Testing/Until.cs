using Shouldly;

namespace EstoSpaces.Testing;

/// <summary>Waiting for a condition instead of for a time.</summary>
public static class Until
{
    /// <summary>Asks again and again until the answer is right; fails with the last answer after the deadline (a minute: long for a machine that is busy, and nobody waits for it when all is well).</summary>
    public static async Task<T> HoldsAsync<T>(Func<Task<T>> ask, Func<T, bool> right, string what, int seconds = 60)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (true)
        {
            var answer = await ask();
            if (right(answer)) return answer;
            try { await tick.WaitForNextTickAsync(deadline.Token); }
            catch (OperationCanceledException) { throw new ShouldAssertException($"{what}: still {answer} after {seconds} s"); }
        }
    }

    public static Task HoldsAsync(Func<Task<bool>> ask, string what, int seconds = 60) => HoldsAsync(ask, ok => ok, what, seconds);
}
