-- The product's side of the chain: contracts, what their logs said, escrows, and what the operator sends. Wei is numeric(78,0): a uint256. Hashes and ids are 0x hex in lower case, addresses in EIP-55 spelling.

-- The contracts in use, one of each kind on a chain; older ones stay on record.
create table contracts (
    address        text primary key,
    chain_id       bigint not null,
    name           text not null check (name in ('RentalEscrow', 'PropertyRegistry')),
    deployed_block bigint not null,
    in_use         boolean not null default true,
    created_at     timestamptz not null
);
create unique index contracts_in_use on contracts (chain_id, name) where in_use;

-- How far the chain was read: everything up to the cursor is confirmed for good. One row.
create table watch (
    one           boolean primary key default true check (one),
    chain_id      bigint not null,
    genesis_hash  text not null,
    cursor_number bigint not null,
    cursor_hash   text not null,
    cursor_time   timestamptz not null,
    head          bigint not null,
    looked_at     timestamptz not null,
    halted        text
);

-- Blocks after the cursor: they may still go.
create table pending_blocks (
    number     bigint primary key,
    hash       text not null unique,
    parent     text not null,
    block_time timestamptz not null
);

-- Every log of our contracts that was ever seen. The same log may be seen in one block, gone, and confirmed in another.
create table chain_logs (
    id           bigint generated always as identity primary key,
    block_number bigint not null,
    block_hash   text not null,
    block_time   timestamptz not null,
    tx_hash      text not null,
    log_index    int not null,
    contract     text not null,
    topics       text[] not null,
    data         bytea not null,
    fact         text,
    escrow_id    text,
    state        text not null check (state in ('seen', 'confirmed', 'gone')),
    unique (block_hash, log_index)
);
-- What is confirmed is confirmed once.
create unique index chain_logs_confirmed on chain_logs (block_number, log_index) where state = 'confirmed';
create index chain_logs_escrow on chain_logs (escrow_id, block_number, log_index) where escrow_id is not null;
create index chain_logs_tx on chain_logs (tx_hash);

create table escrows (
    escrow_id     text primary key,
    chain_id      bigint not null,
    contract      text not null,
    -- null: a deposit by terms that the product never made
    payment_id    uuid,
    attempt       int,
    booking_id    uuid,
    terms         bytea not null,
    tiers         bytea not null,
    guest         text not null,
    host          text not null,
    currency      text,
    ether_price   text,
    wei_per_minor numeric(78, 0) not null,
    amount_wei    numeric(78, 0) not null,
    total_minor   bigint not null,
    payout_minor  bigint not null,
    pay_by        timestamptz not null,
    check_out     timestamptz not null,
    release_at    timestamptz not null,
    state         text not null check (state in ('awaited', 'seen', 'funded', 'cancelled', 'disputed', 'settled')),
    ended         text check (ended in ('cancelled_by_guest', 'released', 'refunded', 'ruled', 'host_claimed', 'guest_exited')),
    deposit_hash  text,
    deposit_block bigint,
    funded_at     timestamptz,
    -- what was credited so far; host_share is what is the host's of what is left
    to_guest_minor   bigint,
    to_host_minor    bigint,
    host_share_minor bigint not null,
    created_at    timestamptz not null,
    check ((payment_id is null) = (attempt is null) and (payment_id is null) = (booking_id is null)),
    check ((state = 'settled') = (ended is not null)),
    check (state = 'awaited' or (deposit_hash is not null and funded_at is not null))
);
create unique index escrows_attempt on escrows (payment_id, attempt) where payment_id is not null;
create index escrows_open on escrows (contract, escrow_id) where state not in ('awaited', 'settled');

-- An escrow only goes forward, but for a deposit that a reorg took away.
create function escrows_check_step() returns trigger language plpgsql as $$
declare
    steps constant text[] := array['awaited', 'seen', 'funded', 'cancelled', 'disputed', 'settled'];
begin
    if array_position(steps, new.state) < array_position(steps, old.state) and not (old.state = 'seen' and new.state = 'awaited') then
        raise exception 'escrow % cannot go from % back to %', old.escrow_id, old.state, new.state using errcode = 'check_violation';
    end if;
    if old.terms <> new.terms or old.tiers <> new.tiers or old.contract <> new.contract then
        raise exception 'the terms of escrow % are fixed', old.escrow_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger escrows_check_step before update on escrows for each row execute function escrows_check_step();

-- What the operator sends. Key says what for, so that it is done once: refund:<id>, release:<escrow>, deploy:<contract> …
create table operator_transactions (
    id         bigint generated always as identity primary key,
    key        text not null unique,
    kind       text not null,
    escrow_id  text,
    chain_id   bigint not null,
    from_address text,
    to_address text not null,
    data       bytea not null,
    not_before timestamptz not null,
    state      text not null check (state in ('queued', 'sent', 'confirmed', 'reverted', 'refused')),
    reason     text,
    tries      int not null default 0,
    nonce      bigint,
    gas        bigint,
    max_fee    numeric(78, 0),
    tip        numeric(78, 0),
    sent_at_block bigint,
    block_number bigint,
    mined_hash text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((state in ('queued', 'refused')) = (nonce is null) and (nonce is null or from_address is not null))
);
create unique index operator_transactions_nonce on operator_transactions (chain_id, from_address, nonce) where nonce is not null;
create index operator_transactions_open on operator_transactions (id) where state in ('queued', 'sent');
create index operator_transactions_escrow on operator_transactions (escrow_id) where escrow_id is not null;

-- Every signed version of a transaction: the bytes are kept before they leave, so that a crash only leads to sending them again.
create table operator_attempts (
    transaction_id bigint not null references operator_transactions (id),
    attempt        int not null,
    raw            bytea not null,
    hash           text not null unique,
    created_at     timestamptz not null,
    primary key (transaction_id, attempt)
);
