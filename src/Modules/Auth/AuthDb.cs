using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

public sealed class AuthDb(DbContextOptions<AuthDb> options) : ModuleDb(options)
{
    public DbSet<Account> Accounts => Set<Account>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<EmailVerification> EmailVerifications => Set<EmailVerification>();
    public DbSet<PasswordReset> PasswordResets => Set<PasswordReset>();

    protected override void MapModule(ModelBuilder model)
    {
        model.Entity<Account>(account =>
        {
            account.ToTable("users").HasKey(a => a.Id);
            account.Property(a => a.RoleNames).HasColumnName("roles");
            account.Property(a => a.RowVersion).IsRowVersion();
            account.Ignore(a => a.Roles);
        });
        model.Entity<Session>().ToTable("sessions").HasKey(s => s.Id);
        model.Entity<RefreshToken>().ToTable("refresh_tokens").HasKey(t => t.Id);
        model.Entity<EmailVerification>().ToTable("email_verifications").HasKey(v => v.Id);
        model.Entity<PasswordReset>().ToTable("password_resets").HasKey(r => r.Id);
    }
}
