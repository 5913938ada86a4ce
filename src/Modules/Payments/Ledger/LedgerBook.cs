using EstoSpaces.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace EstoSpaces.Payments.Ledger;

/// <summary>Writes the ledger inside the transaction that is open on the module's context. The reference names the movement: the same movement is booked once.</summary>
public sealed class LedgerBook(PaymentsDb db, TimeProvider clock)
{
    /// <summary>Books a movement of a payment. Nothing is written when it is of nothing. A reference that is there already is an error: callers hold the payment's lock and know their state.</summary>
    public async Task PostAsync(PostingRule rule, Guid reference, Payment payment, Movement movement, CancellationToken ct)
    {
        var lines = Postings.Lines(rule, movement);
        if (lines.Count == 0) return;
        var id = Guid.CreateVersion7();
        var name = Wire.Name(rule);
        var accounts = lines.Select(l => l.Account).ToArray();
        var currencies = lines.Select(l => l.Currency).ToArray();
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction())
        {
            BatchCommands =
            {
                Command("insert into ledger_accounts (code, currency) select distinct * from unnest($1::text[], $2::text[]) on conflict do nothing", accounts, currencies),
                Command("insert into ledger_transactions (id, rule, reference, booking_id, payment_id, posted_at) values ($1, $2, $3, $4, $5, $6)",
                    id, name, $"{name}:{reference}", payment.BookingId.Value, payment.Id.Value, clock.GetUtcNow().ToUniversalTime()),
                Command("insert into ledger_entries (transaction_id, line, account, currency, amount_minor) select $1, l, a, c, m from unnest($2::text[], $3::text[], $4::bigint[]) with ordinality as lines (a, c, m, l)",
                    id, accounts, currencies, lines.Select(l => l.AmountMinor).ToArray()),
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlBatchCommand Command(string sql, params object[] arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments) command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }
}
