-- Payments, what was opened for each at the provider, refunds, payouts, invoices.

create table payments (
    id                    uuid primary key,
    booking_id            uuid not null,
    booking_reference     text not null,
    property_title        text not null,
    guest_id              uuid not null,
    host_id               uuid not null,
    method                text not null check (method in ('card', 'eth')),
    provider              text not null,
    status                text not null check (status in ('requires_payment_method', 'requires_action', 'processing', 'succeeded', 'failed', 'cancelled', 'partially_refunded', 'refunded')),
    amount_minor          bigint not null check (amount_minor > 0),
    currency              text not null check (currency ~ '^[A-Z]{3}$'),
    refund_reserved_minor bigint not null default 0,
    refunded_minor        bigint not null default 0,
    quote                 jsonb not null,
    failure_code          text,
    failure_message       text,
    failure_reference     text,
    created_at            timestamptz not null,
    expires_at            timestamptz,
    succeeded_at          timestamptz,
    settled_at            timestamptz,
    check (refund_reserved_minor between 0 and amount_minor),
    check (refunded_minor between 0 and refund_reserved_minor)
);
-- One live payment for a booking: two tabs pay the same one.
create unique index payments_live on payments (booking_id) where status not in ('cancelled', 'failed');
create index payments_booking on payments (booking_id);
create index payments_guest on payments (guest_id, created_at desc, id desc);
create index payments_host on payments (host_id, created_at desc, id desc);

-- Which status may follow which. Cancelled may still be followed by succeeded: when the provider says that the money is in, it is in.
create table payment_transitions (
    from_status text not null,
    to_status   text not null,
    primary key (from_status, to_status)
);
insert into payment_transitions (from_status, to_status) values
    ('requires_payment_method', 'requires_action'), ('requires_payment_method', 'processing'), ('requires_payment_method', 'succeeded'), ('requires_payment_method', 'cancelled'), ('requires_payment_method', 'failed'),
    ('requires_action', 'requires_payment_method'), ('requires_action', 'processing'), ('requires_action', 'succeeded'), ('requires_action', 'cancelled'), ('requires_action', 'failed'),
    ('processing', 'requires_payment_method'), ('processing', 'requires_action'), ('processing', 'succeeded'), ('processing', 'cancelled'), ('processing', 'failed'),
    ('cancelled', 'succeeded'),
    ('succeeded', 'partially_refunded'), ('succeeded', 'refunded'),
    ('partially_refunded', 'refunded'), ('partially_refunded', 'succeeded'),
    ('refunded', 'partially_refunded'), ('refunded', 'succeeded');
create function payments_check_transition() returns trigger language plpgsql as $$
begin
    if not exists (select from payment_transitions where from_status = old.status and to_status = new.status) then
        raise exception 'payment % cannot go from % to %', old.id, old.status, new.status using errcode = 'check_violation';
    end if;
    if old.amount_minor <> new.amount_minor or old.currency <> new.currency or old.booking_id <> new.booking_id then
        raise exception 'amount, currency and booking of payment % are fixed', old.id using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger payments_check_transition before update on payments for each row when (old.status is distinct from new.status) execute function payments_check_transition();

-- What was opened at the provider for a payment: an intent for a form in our page, or a page of the provider's own. One of them is live at a time.
create table payment_intents (
    payment_id    uuid not null references payments (id),
    attempt       int not null check (attempt > 0),
    kind          text not null check (kind in ('intent', 'page')),
    status        text not null check (status in ('opening', 'open', 'replacing', 'succeeded', 'closed')),
    provider_id   text unique,
    client_secret text,
    redirect_url  text,
    created_at    timestamptz not null,
    checked_at    timestamptz not null,
    primary key (payment_id, attempt)
);
create unique index payment_intents_live on payment_intents (payment_id) where status in ('opening', 'open', 'replacing');

create table refunds (
    id                  uuid primary key,
    payment_id          uuid not null references payments (id),
    booking_id          uuid not null,
    kind                text not null check (kind in ('cancellation', 'late_payment', 'admin')),
    status              text not null check (status in ('pending', 'succeeded', 'failed')),
    amount_minor        bigint not null check (amount_minor > 0),
    currency            text not null,
    host_subtotal_minor bigint not null check (host_subtotal_minor >= 0),
    guest_fee_minor     bigint not null check (guest_fee_minor >= 0),
    guest_fee_vat_minor bigint not null check (guest_fee_vat_minor >= 0),
    tax_minor           bigint not null check (tax_minor >= 0),
    goodwill_minor      bigint not null check (goodwill_minor >= 0),
    reason              text not null,
    requested_by        uuid,
    provider_id         text unique,
    attempt             int not null default 1,
    tries               int not null default 0,
    failure             text,
    created_at          timestamptz not null,
    succeeded_at        timestamptz,
    check (amount_minor = host_subtotal_minor + guest_fee_minor + guest_fee_vat_minor + tax_minor + goodwill_minor)
);
create index refunds_payment on refunds (payment_id, created_at);
-- A booking is cancelled once, and a late payment given back once.
create unique index refunds_once on refunds (payment_id, kind) where kind in ('cancellation', 'late_payment');

create table payouts (
    booking_id        uuid primary key,
    payment_id        uuid not null references payments (id),
    host_id           uuid not null,
    booking_reference text not null,
    property_title    text not null,
    check_in          date not null,
    check_out         date not null,
    amount_minor      bigint not null check (amount_minor >= 0),
    currency          text not null,
    status            text not null check (status in ('pending', 'due', 'paid', 'cancelled')),
    reason            text not null,
    available_at      timestamptz,
    created_at        timestamptz not null
);
create index payouts_host on payouts (host_id, created_at desc, booking_id desc);

-- Numbers of invoices and credit notes run without gaps within a year: the counter's row is locked until the invoice is committed.
create table invoice_numbers (
    year int not null,
    kind text not null,
    last int not null,
    primary key (year, kind)
);
create table invoices (
    id                uuid primary key,
    number            text not null unique,
    year              int not null,
    sequence          int not null,
    kind              text not null check (kind in ('invoice', 'credit_note')),
    payment_id        uuid not null references payments (id),
    refund_id         uuid unique references refunds (id),
    booking_id        uuid not null,
    guest_id          uuid not null,
    host_id           uuid not null,
    booking_reference text not null,
    property_title    text not null,
    check_in          date not null,
    check_out         date not null,
    lines             jsonb not null,
    total_minor       bigint not null,
    currency          text not null,
    issued_at         timestamptz not null,
    unique (kind, year, sequence),
    check ((kind = 'credit_note') = (refund_id is not null))
);
create unique index invoices_payment on invoices (payment_id) where kind = 'invoice';
create index invoices_guest on invoices (guest_id, issued_at desc, id desc);
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger invoices_fixed before update or delete on invoices for each row execute function refuse_change();
create trigger invoices_kept before truncate on invoices for each statement execute function refuse_change();

create table webhook_events (
    id          text primary key,
    type        text not null,
    object_id   text,
    outcome     text not null,
    received_at timestamptz not null default now()
);
create index webhook_events_received on webhook_events (received_at);

-- Host plans; nothing is sold yet.
create table subscriptions (
    id                   uuid primary key,
    host_id              uuid not null,
    plan                 text not null,
    status               text not null check (status in ('trialing', 'active', 'past_due', 'cancelled')),
    provider             text not null,
    provider_id          text unique,
    amount_minor         bigint not null check (amount_minor >= 0),
    currency             text not null,
    current_period_start timestamptz not null,
    current_period_end   timestamptz not null,
    created_at           timestamptz not null,
    check (current_period_end > current_period_start)
);
create unique index subscriptions_live on subscriptions (host_id) where status <> 'cancelled';
