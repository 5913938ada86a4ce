namespace EstoSpaces.Kernel.Events;

/// <summary>
/// The facts that a relay has read and that are not marked published yet: a lane for each subject, in which one fact leaves after the other. What is in hand is not read again.
/// </summary>
internal sealed class FactsInHand
{
    private const int MarksAtOnce = 128;
    private readonly Lock gate = new();
    private readonly Dictionary<long, int> positions = [];
    private readonly HashSet<long> published = [];
    private readonly Dictionary<string, Queue<OutboxFact>> lanes = new(StringComparer.Ordinal);

    /// <summary>Subjects whose lane was dropped since the reading that is under way began: it may have later facts of them and not the dropped ones.</summary>
    private readonly HashSet<string> dropped = new(StringComparer.Ordinal);

    /// <summary>Whether there is anything, and whether some of it may be marked.</summary>
    public (bool Any, bool Published) State
    {
        get
        {
            lock (gate) return (positions.Count > 0, published.Count > 0);
        }
    }

    /// <summary>Before a reading: what it has to leave out, the subjects that are ours from now on, and what may be marked.</summary>
    public (long[] Positions, int[] Subjects, long[] Published) BeginReading()
    {
        lock (gate)
        {
            dropped.Clear();
            return ([.. positions.Keys], [.. positions.Where(p => !published.Contains(p.Key)).Select(p => p.Value).Distinct()], [.. published]);
        }
    }

    /// <summary>After a reading: takes what it found, in the order of positions. Answers the subjects whose lane is new and wants somebody who carries it.</summary>
    public List<string> Take(IEnumerable<OutboxFact> facts)
    {
        var begun = new List<string>();
        lock (gate)
            foreach (var fact in facts)
            {
                if (dropped.Contains(fact.Subject) || !positions.TryAdd(fact.Position, fact.SubjectHash)) continue;
                if (!lanes.TryGetValue(fact.Subject, out var lane))
                {
                    lane = lanes[fact.Subject] = new Queue<OutboxFact>();
                    begun.Add(fact.Subject);
                }
                lane.Enqueue(fact);
            }
        return begun;
    }

    /// <summary>The fact of a lane whose turn it is. Null: the lane has ended.</summary>
    public OutboxFact? Next(string subject)
    {
        lock (gate)
        {
            if (lanes[subject].TryPeek(out var fact)) return fact;
            lanes.Remove(subject);
            return null;
        }
    }

    /// <summary>The bus took the first of the lane; it stays in hand until it is marked. True when there is so much to mark that it is time.</summary>
    public bool Published(string subject)
    {
        lock (gate)
        {
            published.Add(lanes[subject].Dequeue().Position);
            return published.Count % MarksAtOnce == 0;
        }
    }

    /// <summary>The first of the lane can't leave now: it and what waits behind it are read again later, in their order.</summary>
    public void Drop(string subject)
    {
        lock (gate)
        {
            foreach (var fact in lanes[subject]) positions.Remove(fact.Position);
            lanes.Remove(subject);
            dropped.Add(subject);
        }
    }

    /// <summary>They are marked as published, and in hand no more.</summary>
    public void Marked(IEnumerable<long> marked)
    {
        lock (gate)
            foreach (var position in marked)
            {
                positions.Remove(position);
                published.Remove(position);
            }
    }
}
