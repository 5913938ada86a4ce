-- People: profiles, what they prefer, where they live, what they have proved, their documents and wallets.

create table user_profiles (
    user_id        uuid primary key,
    email          text not null,
    first_name     text,
    last_name      text,
    display_name   text,
    phone          text,
    bio            text,
    date_of_birth  date,
    language       text not null,
    country        text check (country ~ '^[A-Z]{2}$'),
    avatar_id      uuid,
    avatar_url     text,
    email_verified boolean not null,
    roles          text[] not null,
    provisional    boolean not null,       -- made from a token before the registration was heard of
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    erased_at      timestamptz,
    version        bigint not null
);
create index user_profiles_created on user_profiles (created_at desc, user_id desc);
create index user_profiles_email on user_profiles (lower(email) text_pattern_ops);

create table user_preferences (
    user_id    uuid primary key,
    currency   text not null check (currency ~ '^[A-Z]{3}$'),
    time_zone  text,
    units      text not null check (units in ('metric', 'imperial')),
    theme      text not null check (theme in ('system', 'light', 'dark')),
    version    bigint not null
);

create table user_addresses (
    id           uuid primary key,
    user_id      uuid not null,
    label        text,
    line1        text not null,
    line2        text,
    city         text not null,
    region       text,
    postal_code  text,
    country_code text not null check (country_code ~ '^[A-Z]{2}$'),
    is_default   boolean not null,
    created_at   timestamptz not null,
    version      bigint not null
);
create index user_addresses_of_user on user_addresses (user_id, created_at);
create unique index user_addresses_default on user_addresses (user_id) where is_default;

create table user_verifications (
    id          uuid primary key,
    user_id     uuid not null,
    kind        text not null check (kind in ('email', 'phone', 'identity', 'wallet')),
    status      text not null check (status in ('pending', 'approved', 'refused', 'expired')),
    reason      text,
    reviewed_by uuid,
    created_at  timestamptz not null,
    decided_at  timestamptz
);
create unique index user_verifications_open on user_verifications (user_id, kind) where status in ('pending', 'approved');

create table user_documents (
    id              uuid primary key,
    user_id         uuid not null,
    verification_id uuid references user_verifications,
    kind            text not null,
    media_id        uuid not null,
    created_at      timestamptz not null
);
create index user_documents_of_user on user_documents (user_id);

create table user_wallets (
    id          uuid primary key,
    user_id     uuid not null,
    address     text not null check (address ~ '^0x[0-9a-f]{40}$'),
    chain_id    bigint not null,
    verified_at timestamptz not null,
    unique (address, chain_id)
);
create index user_wallets_of_user on user_wallets (user_id);

-- Pictures that the media service told of and that may become somebody's avatar.
create table avatars (
    media_id uuid primary key,
    owner_id uuid not null,
    url      text not null
);

-- Confirmed stays that are not over: who has one, as guest or host, can't be erased.
create table open_stays (
    booking_id uuid not null,
    user_id    uuid not null,
    primary key (booking_id, user_id)
);
create index open_stays_of_user on open_stays (user_id);
