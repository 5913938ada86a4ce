-- Messages to people, the queue that delivers them, what came of each attempt, and what people want to be told.

create table contacts (
    user_id    uuid primary key,
    email      text not null,
    name       text,
    phone      text,
    language   text not null,
    updated_at timestamptz not null
);

-- What is known of a booking, from its latest event: for messages about facts that carry only its id.
create table booking_cards (
    booking_id uuid primary key,
    facts      jsonb not null,
    updated_at timestamptz not null
);

create table notifications (
    id         uuid primary key,
    user_id    uuid,                      -- null: sent by hand to an address
    dedupe_key text not null unique,      -- the same fact never makes the same message twice
    template   text not null,
    category   text not null,
    language   text not null,
    title      text not null,
    body       text not null,
    link       text,
    in_app     boolean not null,
    created_at timestamptz not null,
    read_at    timestamptz
);
create index notifications_of_user on notifications (user_id, created_at desc, id desc) where in_app;
create index notifications_unread on notifications (user_id) where in_app and read_at is null;

-- One row for each message and channel: the queue.
create table notification_deliveries (
    id              uuid primary key,
    notification_id uuid not null references notifications on delete cascade,
    channel         text not null check (channel in ('email', 'sms', 'push')),
    recipient       text not null,
    recipient_name  text,
    content         jsonb,                -- forgotten after delivery when it carries a secret
    secret          boolean not null,
    status          text not null check (status in ('waiting', 'sent', 'failed')),
    attempts        int not null default 0,
    next_at         timestamptz not null,
    leased_until    timestamptz,
    provider        text,
    provider_id     text,
    last_error      text,
    created_at      timestamptz not null,
    sent_at         timestamptz,
    unique (notification_id, channel, recipient)
);
create index notification_deliveries_waiting on notification_deliveries (next_at) where status = 'waiting';

-- Every attempt and what the provider said. Only ever added to.
create table notification_history (
    id          bigint generated always as identity primary key,
    delivery_id uuid not null references notification_deliveries on delete cascade,
    attempt     int not null,
    outcome     text not null check (outcome in ('sent', 'retry', 'failed')),
    provider    text not null,
    detail      text,
    at          timestamptz not null
);
create index notification_history_of_delivery on notification_history (delivery_id);

create table notification_preferences (
    user_id  uuid not null,
    category text not null,
    email    boolean not null,
    sms      boolean not null,
    push     boolean not null,
    in_app   boolean not null,
    primary key (user_id, category)
);

-- The catalogue of what can be sent, written at every start from the code that composes it.
create table notification_templates (
    name      text primary key,
    category  text not null,
    mandatory boolean not null,
    channels  text[] not null,
    languages text[] not null
);

create table push_devices (
    token      text primary key,
    user_id    uuid not null,
    platform   text not null check (platform in ('ios', 'android', 'web')),
    created_at timestamptz not null
);
create index push_devices_of_user on push_devices (user_id);
