using EstoSpaces.Blockchain.Node;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Blockchain.Sending;

/// <summary>
/// Sends the operator's transactions; exactly one process runs it. A transaction is signed and kept before it is sent, so that a crash at any line only leads to sending the same bytes again. It is done when its receipt is deep
/// enough: a reorg that drops it leads to sending it again too.
/// </summary>
public sealed class OperatorSender(OperatorOrders orders, ChainSettings settings, ILogger<OperatorSender> log)
{
    /// <summary>Blocks without us until more is offered.</summary>
    private const int PatienceBlocks = 3;

    /// <summary>How often the contract may say no before it counts: a node may be a block behind the one that told of the deposit.</summary>
    private const int Tries = 3;

    /// <summary>One round over everything open. Whether anything is on its way and not confirmed yet. Throws <see cref="NodeUnavailableException"/>.</summary>
    public async Task<bool> StepAsync(EthereumNode node, ITransactionSigner signer, CancellationToken ct)
    {
        var open = await orders.OpenAsync(ct);
        if (open.Count == 0) return false;
        var head = await node.HeadAsync(ct);
        var mined = await node.MinedCountAsync(signer.Address, ct);
        foreach (var order in open)
            if (order.Nonce is null) await PrepareAsync(node, signer, order, mined, head, ct);
            else await FollowAsync(node, signer, order, mined, head, ct);
        return true;
    }

    private async Task PrepareAsync(EthereumNode node, ITransactionSigner signer, OpenOrder order, long mined, long head, CancellationToken ct)
    {
        long gas;
        try { gas = await node.EstimateAsync(signer.Address, order.To, order.Data, ct) * 13 / 10; }
        catch (NodeRefusedException e) when (e.Reverts)
        {
            var reason = e.RevertData is { } data ? ContractCode.RentalEscrow.ErrorName(data) is var known && known.StartsWith("0x", StringComparison.Ordinal) ? ContractCode.PropertyRegistry.ErrorName(data) : known : e.Message;
            if (reason == "TooEarly") { await orders.WaitAsync(order, reason, counts: false, ct); return; } // the newest block is not there yet
            if (order.Tries + 1 < Tries && reason != "NothingOwed") { await orders.WaitAsync(order, reason, counts: true, ct); return; }
            if (reason != "NothingOwed") log.OrderRefused(order.Key, reason); // that payee was faster
            await orders.EndAsync(order, "refused", reason, ct);
            return;
        }
        catch (NodeRefusedException e)
        {
            // Not the contract: the operator has no ether, or the node has troubles of its own. It goes on trying.
            log.OrderWaits(order.Key, e.Message);
            await orders.WaitAsync(order, e.Message, counts: false, ct);
            return;
        }
        var nonce = Math.Max(mined, await orders.NextNonceAsync(signer.Address, ct));
        await SignAndSendAsync(node, signer, order, new UnsignedTransaction(settings.ChainId, nonce, await node.FeesAsync(ct), gas, order.To, order.Data), head, ct);
    }

    private async Task FollowAsync(EthereumNode node, ITransactionSigner signer, OpenOrder order, long mined, long head, CancellationToken ct)
    {
        foreach (var attempt in order.Attempts)
        {
            if (await node.ReceiptAsync(attempt.Hash, ct) is not { } receipt) continue;
            if (order.BlockNumber != receipt.Block.Number) await orders.MinedAsync(order, receipt, ct);
            if (head - receipt.Block.Number + 1 < settings.Confirmations) return;
            if (!receipt.Succeeded) log.OrderReverted(order.Key, receipt.TxHash);
            await orders.EndAsync(order, receipt.Succeeded ? "confirmed" : "reverted", receipt.Succeeded ? null : "the contract refused it when it was mined", ct);
            return;
        }
        if (order.BlockNumber is not null) await orders.MinedAsync(order, null, ct); // a reorg took its block
        if (order.Nonce < mined)
        {
            // A receipt that this node can't show yet; or, once it is deep, somebody else's transaction.
            if (head < order.SentAtBlock + settings.Confirmations + PatienceBlocks || await MinedAtDepthAsync(node, signer, head, ct) <= order.Nonce) return;
            log.NonceTaken(order.Nonce.Value, order.Key);
            await orders.StartAgainAsync(order, ct);
        }
        else if (head >= order.SentAtBlock + PatienceBlocks)
        {
            var fees = (await node.FeesAsync(ct)).Above(order.Fees);
            log.FeeBumped(order.Key, head - order.SentAtBlock!.Value, order.Attempts.Count + 1);
            await SignAndSendAsync(node, signer, order, new UnsignedTransaction(settings.ChainId, order.Nonce!.Value, fees, order.Gas!.Value, order.To, order.Data), head, ct);
        }
        else await BroadcastAsync(node, order, order.Attempts[^1], ct);
    }

    private async Task SignAndSendAsync(EthereumNode node, ITransactionSigner signer, OpenOrder order, UnsignedTransaction unsigned, long head, CancellationToken ct)
    {
        var signed = await signer.SignAsync(unsigned, ct);
        await orders.SignedAsync(order, unsigned, signed, signer.Address, head, ct);
        await BroadcastAsync(node, order, signed, ct);
    }

    private async Task BroadcastAsync(EthereumNode node, OpenOrder order, SignedTransaction signed, CancellationToken ct)
    {
        try { await node.SendAsync(signed.Raw, ct); }
        // "Already known", "nonce too low", "underpriced": the next round looks at receipts, never at wording.
        catch (NodeRefusedException e) { await orders.WaitAsync(order, e.Message, counts: false, ct); }
    }

    private async Task<long> MinedAtDepthAsync(EthereumNode node, ITransactionSigner signer, long head, CancellationToken ct)
    {
        var block = Kernel.Ethereum.Hex.Quantity(Math.Max(0, head - settings.Confirmations));
        return (long)Kernel.Ethereum.Hex.UInt64((await node.Rpc.CallAsync("eth_getTransactionCount", [EthereumNode.Text(signer.Address), block], ct)).GetString()!);
    }
}
