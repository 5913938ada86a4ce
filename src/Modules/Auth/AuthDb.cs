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
    public DbSet<Wallet> Wallets => Set<Wallet>();
    public DbSet<WalletNonce> WalletNonces => Set<WalletNonce>();

    protected override void MapModule(ModelBuilder model)
    {
        model.Entity<Account>(account =>
        {
            account.ToTable("users").HasKey(a => a.Id);
            account.Property(a => a.RoleNames).HasColumnName("roles");
            account.Property(a => a.RowVersion).IsRowVersion();
            account.Ignore(a => a.Roles);
        });
        model.Entity<Session>(session =>
        {
            session.ToTable("sessions").HasKey(s => s.Id);
            session.HasOne<Account>().WithMany().HasForeignKey(s => s.UserId);
        });
        model.Entity<RefreshToken>(token =>
        {
            token.ToTable("refresh_tokens").HasKey(t => t.Id);
            token.HasOne<Session>().WithMany().HasForeignKey(t => t.SessionId);
        });
        model.Entity<EmailVerification>(verification =>
        {
            verification.ToTable("email_verifications").HasKey(v => v.Id);
            verification.HasOne<Account>().WithMany().HasForeignKey(v => v.UserId);
        });
        model.Entity<PasswordReset>(reset =>
        {
            reset.ToTable("password_resets").HasKey(r => r.Id);
            reset.HasOne<Account>().WithMany().HasForeignKey(r => r.UserId);
        });
        model.Entity<Wallet>(wallet =>
        {
            wallet.ToTable("wallets").HasKey(w => w.Address);
            wallet.HasOne<Account>().WithMany().HasForeignKey(w => w.UserId);
        });
        model.Entity<WalletNonce>().ToTable("wallet_nonces").HasKey(n => n.Nonce);
    }
}
