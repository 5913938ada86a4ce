-- What the providers remember. Documents are kept as `json`, not `jsonb`, so that an object is shown with its
-- fields in the order a reader of the provider's reference expects.

create table stripe_objects (
    seq         bigint generated always as identity,
    id          text primary key,
    kind        text not null,
    created_at  timestamptz not null,
    data        json not null,
    constraint charge_never_refunded_beyond_its_amount check (
        kind <> 'charge' or (data ->> 'amount_refunded')::bigint between 0 and (data ->> 'amount')::bigint),
    constraint charge_never_captured_beyond_its_amount check (
        kind <> 'charge' or (data ->> 'amount_captured')::bigint between 0 and (data ->> 'amount')::bigint)
);
create unique index stripe_objects_newest_first on stripe_objects (kind, seq desc);
create index stripe_objects_of_intent on stripe_objects ((data ->> 'payment_intent'), kind) where data ->> 'payment_intent' is not null;
create index stripe_objects_of_charge on stripe_objects ((data ->> 'charge'), kind) where data ->> 'charge' is not null;
create index stripe_objects_of_customer on stripe_objects ((data ->> 'customer'), kind) where data ->> 'customer' is not null;

-- One successful charge for a payment intent, whatever the code above does.
create unique index stripe_one_paid_charge_per_intent on stripe_objects ((data ->> 'payment_intent'))
    where kind = 'charge' and data ->> 'status' = 'succeeded';

-- The answer of a request with an Idempotency-Key, written in the transaction that did the work.
create table stripe_idempotency (
    key          text primary key,
    path         text not null,
    fingerprint  text not null,
    request_id   text not null,
    status       integer not null,
    body         text not null,
    created_at   timestamptz not null
);

create table stripe_deliveries (
    id            bigint generated always as identity primary key,
    event_id      text not null references stripe_objects (id) on delete cascade,
    event_type    text not null,
    endpoint_id   text not null,
    state         text not null check (state in ('pending', 'held', 'delivered', 'failed', 'dropped')),
    position      bigint not null,
    attempts      integer not null default 0,
    due_at        timestamptz not null,
    leased_until  timestamptz,
    last_status   integer,
    last_answer   text,
    delivered_at  timestamptz,
    created_at    timestamptz not null
);
create index stripe_deliveries_due on stripe_deliveries (due_at) where state = 'pending';
create index stripe_deliveries_of_event on stripe_deliveries (event_id);

-- How the mailman behaves: exactly one row, changed by the controls for tests.
create table stripe_delivery_rules (
    singleton      boolean primary key default true check (singleton),
    hold           boolean not null default false,
    delay_seconds  double precision not null default 0,
    jitter_seconds double precision not null default 0,
    drop_next      integer not null default 0,
    duplicate_next integer not null default 0,
    lose_answers   integer not null default 0,
    fail_requests  integer not null default 0
);
insert into stripe_delivery_rules default values;

create table mails (
    id           bigint generated always as identity primary key,
    message_id   text not null,
    recipient    text not null,
    recipient_name text,
    sender       text not null,
    sender_name  text,
    reply_to     text,
    copied_to    text[] not null default '{}',
    subject      text not null,
    body_text    text,
    body_html    text,
    headers      json not null,
    categories   text[] not null default '{}',
    custom_args  json not null,
    received_at  timestamptz not null,
    send_at      timestamptz not null
);
create index mails_to on mails (lower(recipient), id desc);

create table mail_attachments (
    mail_id      bigint not null references mails (id) on delete cascade,
    position     integer not null,
    filename     text not null,
    content_type text not null,
    disposition  text not null,
    content_id   text,
    content      bytea not null,
    primary key (mail_id, position)
);

create table phone_messages (
    id           bigint generated always as identity primary key,
    kind         text not null check (kind in ('sms', 'push')),
    reference    text not null unique,
    sent_to      text not null,
    sent_from    text not null,
    title        text,
    body         text not null,
    data         json not null,
    received_at  timestamptz not null
);
create index phone_messages_to on phone_messages (sent_to, id desc);

-- The service account whose key signs for the push provider: made once, at the first question for it.
create table fcm_accounts (
    client_email text primary key,
    key_id       text not null,
    private_key  text not null,
    created_at   timestamptz not null
);
create table fcm_tokens (
    token_hash   bytea primary key,
    client_email text not null,
    expires_at   timestamptz not null
);

-- How far the product's clock was moved, so that a restart does not bring the past back.
create table product_clock (
    singleton      boolean primary key default true check (singleton),
    moved_seconds  double precision not null default 0
);
insert into product_clock default values;
