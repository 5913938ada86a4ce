-- Bookings, the calendar that can't be sold twice, and the history that can't be rewritten.

create extension if not exists btree_gist;

create table bookings (
    id              uuid primary key,
    reference       text not null unique,
    status          text not null,
    property_id     uuid not null,
    guest_id        uuid not null,
    host_id         uuid not null,
    check_in        date not null,
    check_out       date not null,
    check_in_at     timestamptz not null,
    check_out_at    timestamptz not null,
    guests          jsonb not null,
    quote           jsonb not null,          -- frozen: see the trigger below
    listing         jsonb not null,          -- title, city, picture and exact place as they were when it was booked
    total_minor     bigint not null check (total_minor >= 0),
    currency        text not null,
    message         text,
    idempotency_key text,
    created_at      timestamptz not null,
    expires_at      timestamptz,             -- end of the hold, or of the host's time to answer
    held_at         timestamptz,             -- null: the nights were never held, so nobody can have been asked to pay
    confirmed_at    timestamptz,
    cancelled_at    timestamptz,
    completed_at    timestamptz,
    payment_id      uuid unique,
    refund_minor    bigint check (refund_minor between 0 and total_minor),
    version         bigint not null default 1,
    constraint bookings_once_per_key unique (guest_id, idempotency_key),
    constraint bookings_not_own_home check (guest_id <> host_id),
    constraint bookings_nights check (check_out > check_in and check_out - check_in <= 730),
    constraint bookings_status check (status in ('inquiry', 'requested', 'pending_payment', 'confirmed', 'checked_in', 'completed',
        'declined', 'expired', 'cancelled_by_guest', 'cancelled_by_host', 'disputed')),
    constraint bookings_wait_has_an_end check (status not in ('requested', 'pending_payment') or expires_at is not null),
    constraint bookings_certain_is_paid check (status not in ('confirmed', 'checked_in', 'completed', 'disputed') or (payment_id is not null and confirmed_at is not null)),
    constraint bookings_paid_was_confirmed check ((payment_id is null) = (confirmed_at is null)),
    constraint bookings_cancelled_says_when check ((status in ('cancelled_by_guest', 'cancelled_by_host')) = (cancelled_at is not null))
);
create index bookings_of_guest on bookings (guest_id, created_at desc, id desc);
create index bookings_of_host on bookings (host_id, created_at desc, id desc);
create index bookings_waiting on bookings (property_id) where status = 'requested';

-- The steps that a booking may take. BookingProcess.cs runs from the same table, and a test compares the two.
create table booking_transitions (
    from_status text,
    to_status   text not null,
    unique nulls not distinct (from_status, to_status)
);
insert into booking_transitions (from_status, to_status) values
    (null, 'requested'),
    (null, 'pending_payment'),
    ('requested', 'pending_payment'),
    ('requested', 'declined'),
    ('requested', 'expired'),
    ('requested', 'cancelled_by_guest'),
    ('pending_payment', 'confirmed'),
    ('pending_payment', 'expired'),
    ('pending_payment', 'cancelled_by_guest'),
    ('pending_payment', 'cancelled_by_host'),
    ('expired', 'confirmed'),
    ('confirmed', 'checked_in'),
    ('confirmed', 'cancelled_by_guest'),
    ('confirmed', 'cancelled_by_host'),
    ('checked_in', 'completed'),
    ('checked_in', 'cancelled_by_guest'),
    ('checked_in', 'cancelled_by_host');

create function booking_keeps_its_word() returns trigger language plpgsql as $$
begin
    if new.status is distinct from old.status and not exists (select from booking_transitions where from_status = old.status and to_status = new.status) then
        raise exception 'a booking can''t go from % to %', old.status, new.status using errcode = 'check_violation', constraint = 'booking_transitions';
    end if;
    if (new.quote, new.property_id, new.guest_id, new.host_id, new.check_in, new.check_out, new.total_minor, new.currency)
        is distinct from (old.quote, old.property_id, old.guest_id, old.host_id, old.check_in, old.check_out, old.total_minor, old.currency) then
        raise exception 'what was agreed for a booking is frozen' using errcode = 'check_violation', constraint = 'bookings_frozen';
    end if;
    if old.payment_id is not null and new.payment_id is distinct from old.payment_id then
        raise exception 'a booking is paid once' using errcode = 'check_violation', constraint = 'bookings_paid_once';
    end if;
    return new;
end $$;
create trigger booking_keeps_its_word before update on bookings for each row execute function booking_keeps_its_word();

-- One row per stretch of nights that can't be sold, whatever the reason: one rule for all of them.
create table availability_calendar (
    id          uuid primary key,
    property_id uuid not null,
    stay        daterange not null,
    reason      text not null check (reason in ('stay', 'hold', 'block', 'import', 'viewing')),
    booking_id  uuid references bookings,
    note        text,
    expires_at  timestamptz,
    created_at  timestamptz not null,
    constraint calendar_has_an_end check (not isempty(stay) and not lower_inf(stay) and not upper_inf(stay)),
    constraint calendar_stay_has_booking check (reason not in ('stay', 'hold') or booking_id is not null),
    constraint calendar_hold_expires check ((reason = 'hold') = (expires_at is not null)),
    constraint calendar_no_night_twice exclude using gist (property_id with =, stay with &&)
);
create unique index calendar_of_booking on availability_calendar (booking_id) where booking_id is not null;

create table booking_history (
    booking_id  uuid not null references bookings,
    version     bigint not null,             -- of the booking after this step: two steps can't both follow the same one
    from_status text,
    to_status   text not null,
    actor       text not null check (actor in ('guest', 'host', 'payment', 'clock')),
    actor_id    uuid,
    reason      text not null,
    at          timestamptz not null,
    primary key (booking_id, version)
);

create function history_is_written_once() returns trigger language plpgsql as $$
begin
    raise exception 'booking_history is append-only' using errcode = 'restrict_violation';
end $$;
create trigger history_is_written_once before update or delete on booking_history for each row execute function history_is_written_once();
create trigger history_is_never_emptied before truncate on booking_history for each statement execute function history_is_written_once();

create function history_follows_the_process() returns trigger language plpgsql as $$
begin
    if not exists (select from booking_transitions where from_status is not distinct from new.from_status and to_status = new.to_status) then
        raise exception 'a booking can''t go from % to %', new.from_status, new.to_status using errcode = 'check_violation', constraint = 'booking_transitions';
    end if;
    return new;
end $$;
create trigger history_follows_the_process before insert on booking_history for each row execute function history_follows_the_process();

-- Appointments to see a home. Their nights stand in the calendar under the same rule when the home is occupied by them.
create table viewings (
    id          uuid primary key,
    property_id uuid not null,
    host_id     uuid not null,
    visitor_id  uuid,
    starts_at   timestamptz not null,
    ends_at     timestamptz not null check (ends_at > starts_at),
    status      text not null check (status in ('open', 'booked', 'cancelled', 'attended', 'missed')),
    note        text,
    version     bigint not null default 1,
    created_at  timestamptz not null,
    constraint viewings_booked_by_someone check (status not in ('booked', 'attended', 'missed') or visitor_id is not null),
    constraint viewings_do_not_collide exclude using gist (property_id with =, tstzrange(starts_at, ends_at) with &&) where (status <> 'cancelled')
);

-- What this module must know of listings and people, kept up by their owners' events.
create table known_listings (
    property_id uuid primary key,
    host_id     uuid not null,
    status      text not null,
    time_zone   text not null,
    version     bigint not null
);
create table known_people (
    user_id      uuid primary key,
    display_name text not null
);

-- Everything that changes a listing's calendar or bookings takes its turn here, so that a conflict is found at once instead of by a deadlock.
create function turn_of(property uuid) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended(property::text, 20260904))
$$;
