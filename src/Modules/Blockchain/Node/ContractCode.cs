using System.Text.Json;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Node;

/// <summary>A contract as it was compiled (Contracts/*.json): what is deployed, what must lie at its address afterwards, and its errors by name.</summary>
public sealed class ContractCode
{
    public static readonly ContractCode RentalEscrow = new("RentalEscrow");
    public static readonly ContractCode PropertyRegistry = new("PropertyRegistry");
    private readonly Dictionary<string, string> errors;
    private readonly byte[] deployed;
    private readonly bool[] immutable;

    private ContractCode(string name)
    {
        Name = name;
        using var stream = typeof(ContractCode).Assembly.GetManifestResourceStream($"contracts/{name}.json")!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        Creation = Hex.Bytes(root.GetProperty("bytecode").GetString()!);
        deployed = Hex.Bytes(root.GetProperty("deployed_bytecode").GetString()!);
        Entries = [.. root.GetProperty("abi").EnumerateArray().Select(e => new Entry(e.GetProperty("type").GetString()!, SignatureOf(e)))];
        errors = Entries.Where(e => e.Kind == "error").ToDictionary(e => Hex.Data(Abi.Selector(e.Signature)), e => e.Signature[..e.Signature.IndexOf('(', StringComparison.Ordinal)]);
        immutable = ImmutablePlaces(deployed);
    }

    /// <summary>A function, event or error: Kind and e.g. "release((bytes32,…))".</summary>
    public sealed record Entry(string Kind, string Signature);

    public string Name { get; }
    public byte[] Creation { get; }
    public IReadOnlyList<Entry> Entries { get; }

    /// <summary>Whether the code found at an address is this contract's: the same length, and the same bytes but for those that the constructor writes (what it is told for ever: treasury, chain).</summary>
    public bool IsAt(ReadOnlySpan<byte> found)
    {
        if (found.Length != deployed.Length) return false;
        for (var i = 0; i < found.Length; i++)
            if (!immutable[i] && found[i] != deployed[i]) return false;
        return true;
    }

    /// <summary>The name of the error that a reverted call answered, e.g. "TooEarly"; its selector when it is none of ours.</summary>
    public string ErrorName(string revertData) => revertData.Length >= 10 && errors.TryGetValue(revertData[..10].ToLowerInvariant(), out var name) ? name : revertData.Length >= 10 ? revertData[..10] : "no reason";

    /// <summary>The compiler leaves PUSH32 of zero where the constructor puts an immutable value; nothing else in our code pushes 32 zeros.</summary>
    private static bool[] ImmutablePlaces(byte[] code)
    {
        var places = new bool[code.Length];
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] is < 0x60 or > 0x7f) continue;
            var pushed = code[i] - 0x5f;
            if (pushed == 32 && i + 32 < code.Length && !code.AsSpan(i + 1, 32).ContainsAnyExcept((byte)0)) places.AsSpan(i + 1, 32).Fill(true);
            i += pushed;
        }
        return places;
    }

    private static string SignatureOf(JsonElement entry) => (entry.TryGetProperty("name", out var name) ? name.GetString() : "") + (entry.TryGetProperty("inputs", out var inputs) ? TypesOf(inputs) : "()");

    private static string TypesOf(JsonElement parts) => "(" + string.Join(',', parts.EnumerateArray().Select(p =>
    {
        var type = p.GetProperty("type").GetString()!;
        return type.StartsWith("tuple", StringComparison.Ordinal) ? TypesOf(p.GetProperty("components")) + type["tuple".Length..] : type;
    })) + ")";
}
