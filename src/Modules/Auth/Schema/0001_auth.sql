-- Accounts, their sessions and secrets, the keys that sign access tokens, and the counters of the throttles.
-- Secrets that people carry (refresh, verification and reset tokens) are stored as SHA-256 hashes only.

create table users (
    id                  uuid primary key,
    email               text not null,
    email_key           text not null unique,          -- the address as it is compared: composed, lower case
    name                text,
    password_hash       text not null,
    roles               text[] not null check (roles <@ array['guest', 'host', 'admin'] and cardinality(roles) > 0),
    role                text not null generated always as (
                            case when 'admin' = any (roles) then 'admin' when 'host' = any (roles) then 'host' else 'guest' end) stored,
    status              text not null check (status in ('active', 'suspended', 'deleted')),
    status_reason       text,
    language            text not null,
    email_verified_at   timestamptz,
    password_changed_at timestamptz not null,
    created_at          timestamptz not null
);

create table sessions (
    id            uuid primary key,
    user_id       uuid not null references users,
    user_agent    text,
    ip            text,
    created_at    timestamptz not null,
    last_used_at  timestamptz not null,
    expires_at    timestamptz not null,
    revoked_at    timestamptz,
    revoke_reason text,
    check ((revoked_at is null) = (revoke_reason is null))
);
create index sessions_of_user on sessions (user_id, last_used_at desc);
create index sessions_expiry on sessions (expires_at);

create table refresh_tokens (
    id         uuid primary key,
    session_id uuid not null references sessions on delete cascade,
    token_hash bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index refresh_tokens_of_session on refresh_tokens (session_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table email_verifications (
    id         uuid primary key,
    user_id    uuid not null references users,
    email      text not null,
    token_hash bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index email_verifications_of_user on email_verifications (user_id);

create table password_resets (
    id         uuid primary key,
    user_id    uuid not null references users,
    token_hash bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index password_resets_of_user on password_resets (user_id);

-- Sign-in by other providers: one row for each account at a provider.
create table oauth_connections (
    id               uuid primary key,
    user_id          uuid not null references users,
    provider         text not null,
    provider_user_id text not null,
    email            text,
    created_at       timestamptz not null,
    unique (provider, provider_user_id)
);
create index oauth_connections_of_user on oauth_connections (user_id);

-- A key is published from its creation, signs from activates_at until its successor does, and stays published until retires_at.
create table signing_keys (
    kid          text primary key,
    public_key   bytea not null,        -- SubjectPublicKeyInfo
    private_key  bytea,                 -- PKCS #8 under AES-256-GCM: nonce, tag, text; gone when retired
    created_at   timestamptz not null,
    activates_at timestamptz not null,
    retires_at   timestamptz
);

create table throttles (
    key           text primary key,
    attempts      int not null,
    began_at      timestamptz not null,
    blocked_until timestamptz
);
create index throttles_began on throttles (began_at);
