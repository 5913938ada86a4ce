-- What is parked is counted every few seconds and is never much.

create index outbox_parked on outbox (parked_at) where parked_at is not null;
create index inbox_failures_parked on inbox_failures (parked_at) where parked_at is not null;
