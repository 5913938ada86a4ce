-- What every module's database carries for the Kernel: outbox with timers, inbox, idempotency keys.

create table outbox (
    position       bigint generated always as identity primary key,
    id             uuid not null unique,
    kind           text not null check (kind in ('event', 'timer')),
    type           text not null,
    subject        text not null,
    sequence       bigint,
    data           jsonb not null,
    occurred_at    timestamptz not null,
    correlation_id text,
    causation_id   text,
    traceparent    text,
    due_at         timestamptz not null,
    leased_until   timestamptz,
    attempts       int not null default 0,
    last_error     text,
    published_at   timestamptz,
    parked_at      timestamptz
);
create index outbox_waiting on outbox (due_at, position) where published_at is null and parked_at is null;
create index outbox_waiting_by_subject on outbox (subject, position) where published_at is null and parked_at is null;
create index outbox_occurred on outbox (occurred_at);
-- A timer is set once for its subject: setting it again moves it.
create unique index outbox_timer on outbox (type, subject) where kind = 'timer' and published_at is null and parked_at is null;

-- The per-aggregate sequence of the envelope. The row lock also makes facts of one aggregate commit in the order of their numbers.
create table outbox_sequences (
    subject text primary key,
    last    bigint not null
);
create function outbox_number() returns trigger language plpgsql as $$
begin
    insert into outbox_sequences as s (subject, last) values (new.subject, 1)
    on conflict (subject) do update set last = s.last + 1
    returning last into new.sequence;
    return new;
end $$;
create trigger outbox_number before insert on outbox for each row when (new.kind = 'event') execute function outbox_number();

create table inbox (
    consumer    text not null,
    event_id    uuid not null,
    handled_at  timestamptz not null default now(),
    primary key (consumer, event_id)
);
create index inbox_handled on inbox (handled_at);

create table inbox_failures (
    consumer   text not null,
    event_id   uuid not null,
    envelope   jsonb not null,
    attempts   int not null,
    last_error text not null,
    failed_at  timestamptz not null default now(),
    parked_at  timestamptz,
    primary key (consumer, event_id)
);

create table idempotency_keys (
    caller       text not null,
    key          text not null,
    request_hash bytea not null,
    locked_until timestamptz not null,
    status       int,
    content_type text,
    location     text,
    body         bytea,
    created_at   timestamptz not null default now(),
    primary key (caller, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);
