-- Ethereum wallets that were proved to be an account's (EIP-4361), and the nonces by which they are proved.
-- oauth_connections has no place for a wallet's kind and chain; it stays for providers that sign people in.
create table wallets (
    address   text primary key check (address ~ '^0x[0-9a-f]{40}$'),
    user_id   uuid not null references users,
    kind      text not null check (kind in ('key', 'contract')),
    chain_id  bigint not null,
    linked_at timestamptz not null
);
create index wallets_of_user on wallets (user_id, linked_at);

-- A nonce is for one address, works for ten minutes, and is used up by the first success.
create table wallet_nonces (
    nonce      text primary key,
    address    text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index wallet_nonces_expiry on wallet_nonces (expires_at);
