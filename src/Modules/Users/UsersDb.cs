using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Users;

public sealed class UsersDb(DbContextOptions<UsersDb> options) : ModuleDb(options)
{
    public DbSet<Profile> Profiles => Set<Profile>();
    public DbSet<Preferences> Preferences => Set<Preferences>();
    public DbSet<Address> Addresses => Set<Address>();
    public DbSet<UserWallet> Wallets => Set<UserWallet>();

    protected override void MapModule(ModelBuilder model)
    {
        model.Entity<Profile>(profile =>
        {
            profile.ToTable("user_profiles").HasKey(p => p.UserId);
            profile.Property(p => p.Version).IsConcurrencyToken();
        });
        model.Entity<Preferences>(preferences =>
        {
            preferences.ToTable("user_preferences").HasKey(p => p.UserId);
            preferences.Property(p => p.Version).IsConcurrencyToken();
        });
        model.Entity<Address>(address =>
        {
            address.ToTable("user_addresses").HasKey(a => a.Id);
            address.Property(a => a.Line1).HasColumnName("line1");
            address.Property(a => a.Line2).HasColumnName("line2");
            address.Property(a => a.Version).IsConcurrencyToken();
        });
        model.Entity<UserWallet>().ToTable("user_wallets").HasKey(w => w.Id);
    }

    /// <summary>The caller's own profile. Made from his token when he comes before the event that tells of his registration. Null when he was erased.</summary>
    public async Task<Profile?> OwnAsync(Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var profile = await Profiles.SingleOrDefaultAsync(p => p.UserId == caller.UserId, ct);
        if (profile is null)
        {
            profile = Profile.FromToken(caller.UserId, caller.Email, caller.EmailVerified, caller.Roles, clock.GetUtcNow());
            Profiles.Add(profile);
            try { await SaveChangesAsync(ct); }
            catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
            {
                // The event, or another request of his, was first.
                Entry(profile).State = EntityState.Detached;
                profile = await Profiles.SingleAsync(p => p.UserId == caller.UserId, ct);
            }
        }
        return profile.ErasedAt is null ? profile : null;
    }

    /// <summary>Somebody's wallets, in the order in which they were proved.</summary>
    public async Task<IReadOnlyList<WalletView>> WalletsOfAsync(UserId id, CancellationToken ct) =>
        [.. (await Wallets.AsNoTracking().Where(w => w.UserId == id).OrderBy(w => w.VerifiedAt).ThenBy(w => w.Id).ToListAsync(ct)).Select(w => w.View())];

    public Task<Profile?> LivingAsync(UserId id, CancellationToken ct) => Profiles.SingleOrDefaultAsync(p => p.UserId == id && p.ErasedAt == null, ct);
}
