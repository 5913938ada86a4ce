using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Media.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media.Reactions;

/// <summary>A person had himself erased: his files go, whoever shows them, and their bytes at once instead of a day later.</summary>
public sealed class OnAccountErased(MediaDb db, Outbox outbox, ShownFiles shown, TimeProvider clock) : IReaction<AccountErased>
{
    public async Task HandleAsync(AccountErased fact, ReactionContext context, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUniversalTime();
        foreach (var file in await db.Files.Where(f => f.OwnerId == fact.UserId).ToListAsync(ct))
        {
            if (file.Erase(now) is { } deleted) outbox.Add(deleted);
            await outbox.SetTimerAsync<RemoveDeletedMedia>(file.Id.ToString(), now, ct);
            context.AfterCommit(() => shown.Forget(file.Id));
        }
    }
}
