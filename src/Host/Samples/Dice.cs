using System.Buffers.Binary;

namespace EstoSpaces.Host.Samples;

/// <summary>Chance that comes out the same every time: SplitMix64 over a seed and names, so that one listing doesn't depend on how many there are.</summary>
internal sealed class Dice
{
    private ulong state;

    public Dice(int seed, string what, int index)
    {
        state = (ulong)seed * 0x9E3779B97F4A7C15;
        foreach (var c in what) state = Mix(state ^ c);
        state = Mix(state ^ (ulong)index);
    }

    public double Next() => (Step() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from min to max, both included.</summary>
    public int Between(int min, int max) => min + (int)(Step() % (ulong)(max - min + 1));

    public bool Chance(double probability) => Next() < probability;

    public T One<T>(IReadOnlyList<T> of) => of[(int)(Step() % (ulong)of.Count)];

    public IReadOnlyList<T> Some<T>(IReadOnlyList<T> of, int count)
    {
        var rest = of.ToList();
        var picked = new List<T>(count);
        for (; picked.Count < count && rest.Count > 0;)
        {
            var i = (int)(Step() % (ulong)rest.Count);
            picked.Add(rest[i]);
            rest.RemoveAt(i);
        }
        return picked;
    }

    /// <summary>A UUIDv7 of that time.</summary>
    public Guid Id(DateTimeOffset at)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.ToUnixTimeMilliseconds() << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (Step() & 0x0FFF)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | (Step() >> 2));
        return new Guid(bytes, bigEndian: true);
    }

    private ulong Step() => Mix(state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
