using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Media.Processing;
using EstoSpaces.Media.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media;

/// <summary>What single and bulk upload share: take a file in, wait a while for its renditions, and undo it when the decoder refuses what inspection let pass.</summary>
public sealed class Uploads(Intake intake, MediaReads reads, ProcessingSignals signals, MediaDb db, Outbox outbox, TimeProvider clock)
{
    /// <summary>How long an upload waits for its renditions before it answers "processing".</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<Result<MediaId>> TakeAsync(UserId owner, MediaPurpose purpose, SentFile file, CancellationToken ct)
    {
        var inspected = await intake.InspectAsync(file.Content, file.Name, purpose, ct);
        if (inspected.Refused) return inspected.Refusal;
        var id = MediaId.New();
        await intake.StoreAsync(id, owner, purpose, file.Name, file.Content, inspected.Value, Intake.Awaited, ct);
        return id;
    }

    /// <summary>The file when it is ready or the patience is over. A file that turned out to be no picture is refused, and as if it had never been sent.</summary>
    public async Task<Result<MediaView>> AwaitAsync(MediaId id, TimeSpan patience, CancellationToken ct)
    {
        if (await reads.FindAsync(id, ct) is not { } row) return MediaRefusals.NotFound;
        await signals.WaitUntilAsync(row.ContentId, async () => (row = await reads.FindAsync(id, ct) ?? row).Status != MediaStatus.Processing, patience, ct);
        if (row.Status != MediaStatus.Failed) return reads.View(row);

        await UndoAsync(row, ct);
        return Refusal.Invalid(row.FailureCode!, row.FailureMessage!, "file");
    }

    async Task UndoAsync(MediaRow row, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Files.Where(file => file.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(file => file.DeletedAt, clock.GetUtcNow().ToUniversalTime()), ct);
        await outbox.SetTimerAsync<RemoveDeletedMedia>(row.Id.ToString(), clock.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
    }
}
