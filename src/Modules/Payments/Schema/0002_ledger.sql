-- The double-entry ledger. A debit is positive, a credit negative; every transaction sums to zero in each of its currencies; nothing is ever changed or removed.

create table ledger_accounts (
    code      text not null,
    currency  text not null check (currency ~ '^[A-Z]{3}$'),
    opened_at timestamptz not null default now(),
    primary key (code, currency)
);
create table ledger_transactions (
    id         uuid primary key,
    rule       text not null,
    reference  text not null unique,
    booking_id uuid not null,
    payment_id uuid not null,
    posted_at  timestamptz not null
);
create index ledger_transactions_booking on ledger_transactions (booking_id);
create table ledger_entries (
    transaction_id uuid not null references ledger_transactions (id),
    line           smallint not null,
    account        text not null,
    currency       text not null,
    amount_minor   bigint not null check (amount_minor <> 0),
    primary key (transaction_id, line),
    foreign key (account, currency) references ledger_accounts (code, currency)
);
create index ledger_entries_account on ledger_entries (account, currency) include (amount_minor);

create trigger ledger_accounts_fixed before update or delete on ledger_accounts for each row execute function refuse_change();
create trigger ledger_accounts_kept before truncate on ledger_accounts for each statement execute function refuse_change();
create trigger ledger_transactions_fixed before update or delete on ledger_transactions for each row execute function refuse_change();
create trigger ledger_transactions_kept before truncate on ledger_transactions for each statement execute function refuse_change();
create trigger ledger_entries_fixed before update or delete on ledger_entries for each row execute function refuse_change();
create trigger ledger_entries_kept before truncate on ledger_entries for each statement execute function refuse_change();

create function ledger_must_balance(subject uuid) returns void language plpgsql as $$
declare
    lines bigint;
    wrong bigint;
begin
    select coalesce(sum(n), 0), count(*) filter (where total <> 0) into lines, wrong
    from (select count(*) as n, sum(amount_minor) as total from ledger_entries where transaction_id = subject group by currency) per_currency;
    if lines < 2 or wrong > 0 then
        raise exception 'ledger transaction % does not balance', subject using errcode = 'check_violation';
    end if;
end $$;
create function ledger_entry_balances() returns trigger language plpgsql as $$ begin perform ledger_must_balance(new.transaction_id); return null; end $$;
create function ledger_transaction_balances() returns trigger language plpgsql as $$ begin perform ledger_must_balance(new.id); return null; end $$;
create constraint trigger ledger_entries_balance after insert on ledger_entries deferrable initially deferred for each row execute function ledger_entry_balances();
create constraint trigger ledger_transactions_balance after insert on ledger_transactions deferrable initially deferred for each row execute function ledger_transaction_balances();
