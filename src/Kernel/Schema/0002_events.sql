-- Facts that are published again: how often one was put back, and what the bus called the place where this module's facts lie.

alter table outbox add column replay int not null default 0;

-- A row is written three times in its life; room in the page keeps the lease from touching the indexes.
alter table outbox set (fillfactor = 75);

-- Another identity of the place means that what was in it is lost. Everything published before heard_until was handled by all who listen.
create table outbox_places (
    bus         text primary key,
    identity    text not null,
    seen_at     timestamptz not null default now(),
    heard_until timestamptz
);

-- Parked events that somebody put back.
alter table inbox_failures add column retry_at timestamptz;
create index inbox_failures_retry on inbox_failures (retry_at) where retry_at is not null;
