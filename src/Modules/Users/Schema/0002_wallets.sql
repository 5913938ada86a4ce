-- Wallets get what their owner says about them: a name, and whether what he earns goes there. An address belongs to one person, whatever the chain.
alter table user_wallets
    add column kind      text not null default 'key' check (kind in ('key', 'contract')),
    add column label     text,
    add column is_payout boolean not null default false,
    drop constraint user_wallets_address_chain_id_key,
    add constraint user_wallets_address_key unique (address);
alter table user_wallets alter column kind drop default;
create unique index user_wallets_payout on user_wallets (user_id) where is_payout;
