using Microsoft.Extensions.Logging;

namespace EstoSpaces.Blockchain;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Deposit {Escrow} of {Wallet} is by terms that are none of ours ({Tx}); it is given back")]
    public static partial void StrayDeposit(this ILogger log, string escrow, string wallet, string tx);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Wallet payment is off: {Reason}")]
    public static partial void Off(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Wallet payment is off: {Reason}")]
    public static partial void OffByDanger(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Wallet payment is on: {Network} (chain {ChainId}), escrow {Escrow}, {Confirmations} confirmations")]
    public static partial void On(this ILogger log, string network, long chainId, string escrow, int confirmations);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Contract} is deployed at {Address} in block {Block}")]
    public static partial void Deployed(this ILogger log, string contract, string address, long block);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The development chain is another one than before: the contracts are deployed anew; {Seen} deposits that were seen are awaited again, {Lost} that were confirmed are cancelled")]
    public static partial void ChainIsNew(this ILogger log, int seen, int lost);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The development chain has lost its last blocks and is read again after {Block}: {Seen} deposits that were seen are awaited again, {Lost} that were confirmed are cancelled")]
    public static partial void ChainWentBack(this ILogger log, long block, int seen, int lost);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The chain was reorganised below what was confirmed: {What}. Nothing is read until a person has looked (docs/modules/blockchain.md)")]
    public static partial void Lost(this ILogger log, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "The chain could not be read")]
    public static partial void RoundFailed(this ILogger log, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "Operator transaction {Key} is refused by the contract: {Reason}")]
    public static partial void OrderRefused(this ILogger log, string key, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Operator transaction {Key} was mined and failed ({Tx})")]
    public static partial void OrderReverted(this ILogger log, string key, string tx);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Operator transaction {Key} can't be sent: {Reason}")]
    public static partial void OrderWaits(this ILogger log, string key, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Operator transaction {Key} is not mined after {Blocks} blocks: sent again with more fee (try {Attempt})")]
    public static partial void FeeBumped(this ILogger log, string key, long blocks, int attempt);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Nonce {Nonce} of the operator was used by a transaction that is none of ours: is somebody else using its key? {Key} is sent anew")]
    public static partial void NonceTaken(this ILogger log, long nonce, string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The price of ether can't be had: {Reason}")]
    public static partial void PriceUnknown(this ILogger log, string reason);
}
