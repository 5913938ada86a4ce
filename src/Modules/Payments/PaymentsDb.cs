using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments;

/// <summary>The module's tables that are loaded and saved as objects. Ledger, invoices and webhook events are SQL.</summary>
public sealed class PaymentsDb(DbContextOptions<PaymentsDb> options) : ModuleDb(options)
{
    public DbSet<Payment> Payments => Set<Payment>();
    public DbSet<PaymentAttempt> Attempts => Set<PaymentAttempt>();
    public DbSet<Refund> Refunds => Set<Refund>();
    public DbSet<Payout> Payouts => Set<Payout>();

    protected override void MapModule(ModelBuilder model)
    {
        model.Entity<Payment>(payment =>
        {
            payment.ToTable("payments").HasKey(p => p.Id);
            payment.Property(p => p.Id).ValueGeneratedNever();
            payment.Property(p => p.Quote).AsJson();
            payment.Ignore(p => p.Amount).Ignore(p => p.HasEscrow);
        });
        model.Entity<PaymentAttempt>(attempt => attempt.ToTable("payment_intents").HasKey(a => new { a.PaymentId, a.Attempt }));
        model.Entity<Refund>(refund =>
        {
            refund.ToTable("refunds").HasKey(r => r.Id);
            refund.Property(r => r.Id).ValueGeneratedNever();
            refund.Ignore(r => r.Parts).Ignore(r => r.Amount);
        });
        model.Entity<Payout>(payout =>
        {
            payout.ToTable("payouts").HasKey(p => p.BookingId);
            payout.Property(p => p.BookingId).ValueGeneratedNever();
        });
    }

    /// <summary>Loads a payment and keeps everybody else from changing it until the transaction ends.</summary>
    public Task<Payment?> LockAsync(PaymentId id, CancellationToken ct) =>
        Payments.FromSql($"select * from payments where id = {id.Value} for update").AsTracking().SingleOrDefaultAsync(ct);

    /// <summary>The same for the paid or live payment of a booking.</summary>
    public Task<Payment?> LockByBookingAsync(BookingId id, CancellationToken ct) =>
        Payments.FromSql($"select * from payments where booking_id = {id.Value} and status not in ('cancelled', 'failed') and replaced_at is null for update").AsTracking().SingleOrDefaultAsync(ct);

    /// <summary>The same for all payments that a booking ever had.</summary>
    public Task<List<Payment>> LockAllOfBookingAsync(BookingId id, CancellationToken ct) =>
        Payments.FromSql($"select * from payments where booking_id = {id.Value} order by created_at, id for update").AsTracking().ToListAsync(ct);
}
