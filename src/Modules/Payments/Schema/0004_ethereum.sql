-- Payments from wallets. One payment is one escrow: who pays from another wallet, or by card after all, starts another payment, and the one before is replaced.

alter table payments
    add column payer_wallet text,
    add column host_wallet  text,
    add column release_at   timestamptz,    -- of the escrow: until then nothing goes to host and platform
    add column tx_hash      text,           -- of the deposit
    add column disputed_at  timestamptz,
    add column emptied_at   timestamptz,    -- all that lay in the escrow is credited
    add column replaced_at  timestamptz,    -- another payment of the booking took its place: money that comes all the same goes back whole
    add constraint payments_replaced_is_over check (replaced_at is null or status not in ('requires_payment_method', 'requires_action', 'processing', 'failed')),
    add constraint payments_escrow_is_whole check (provider <> 'ethereum' or (payer_wallet is not null and host_wallet is not null and release_at is not null and expires_at is not null));

-- A replaced payment is nobody's live one, whatever becomes of its money.
drop index payments_live;
create unique index payments_live on payments (booking_id) where status not in ('cancelled', 'failed') and replaced_at is null;

-- A payment from a wallet that was left for another way is taken up again: its escrow can't be closed on the chain, so it is still the one to pay into.
insert into payment_transitions (from_status, to_status) values ('cancelled', 'requires_payment_method');

alter table payment_intents drop constraint payment_intents_kind_check;
alter table payment_intents add constraint payment_intents_kind_check check (kind in ('intent', 'page', 'escrow'));

alter table refunds
    add column cancelled_at timestamptz,    -- when the booking was: chooses the tier in the escrow contract
    add column tx_hash      text;
alter table refunds drop constraint refunds_kind_check;
alter table refunds add constraint refunds_kind_check check (kind in ('cancellation', 'late_payment', 'admin', 'escrow'));

alter table payouts
    add column tx_hash text,
    add column paid_at timestamptz;

-- What the contract did with an escrow, at depth, in minor units: the books follow it. Difference says how it was not what the product had reckoned.
create table escrow_outcomes (
    payment_id        uuid not null references payments (id),
    step              text not null check (step in ('cancelled', 'disputed', 'settled')),
    by_whom           text not null,
    tx_hash           text not null,
    at                timestamptz not null,
    to_guest_minor    bigint not null default 0 check (to_guest_minor >= 0),
    to_host_minor     bigint not null default 0 check (to_host_minor >= 0),
    to_platform_minor bigint not null default 0 check (to_platform_minor >= 0),
    difference        text,
    heard_at          timestamptz not null,
    primary key (payment_id, step)
);
create trigger escrow_outcomes_fixed before update or delete on escrow_outcomes for each row execute function refuse_change();
create trigger escrow_outcomes_kept before truncate on escrow_outcomes for each statement execute function refuse_change();
