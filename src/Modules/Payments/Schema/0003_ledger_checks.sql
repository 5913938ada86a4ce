-- Entries belong to the database transaction that wrote their ledger transaction: nothing can be added to it afterwards, not even what balances.
-- That leaves the balance to be checked once for each ledger transaction instead of once for each entry.

create index ledger_transactions_payment on ledger_transactions (payment_id);

alter table ledger_transactions add column written_in xid8 not null default pg_current_xact_id();

create function ledger_entries_in_time() returns trigger language plpgsql as $$
begin
    if exists (select from written w join ledger_transactions t on t.id = w.transaction_id where t.written_in <> pg_current_xact_id()) then
        raise exception 'ledger_entries is append-only: a transaction gets all its entries when it is written' using errcode = 'restrict_violation';
    end if;
    return null;
end $$;
create trigger ledger_entries_in_time after insert on ledger_entries referencing new table as written for each statement execute function ledger_entries_in_time();

drop trigger ledger_entries_balance on ledger_entries;
drop function ledger_entry_balances();
