using EstoSpaces.Contracts;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>Which pictures may be whose avatar, from what media tells.</summary>
public sealed class Avatars(UsersDb db)
{
    /// <summary>Puts the picture on the profile. One that media hasn't told of yet is taken on trust: its address stays empty until media names the same owner.</summary>
    public async Task<Refusal?> PutAsync(Profile profile, MediaId id, CancellationToken ct)
    {
        var known = await db.Database.SqlQuery<Known>($"select owner_id as \"OwnerId\", url as \"Url\" from avatars where media_id = {id.Value}").SingleOrDefaultAsync(ct);
        if (known is not null && known.OwnerId != profile.UserId.Value) return UserRefusals.AvatarNotYours;
        profile.ShowPicture(id, known?.Url);
        return null;
    }

    private sealed record Known(Guid OwnerId, string Url);
}
