using EstoSpaces.Contracts;

namespace EstoSpaces.Web.Showing;

/// <summary>What is recorded of a listing in the public registry, as the blockchain service tells it. Status: pending, done, failed. Content and Salt are for the host alone.</summary>
public sealed record ListingProof(PropertyId PropertyId, string RecordId, long ChainId, string Contract, int Version, string Owner, string ContentHash, bool Listed, string Status, string? TxHash, string? Failure, DateTimeOffset RecordedAt, string? Content, string? Salt);
