-- A fact is written twice in its life, when it is told and when it is published. Who carries it meanwhile is noted once for many facts instead of in each row.

-- In position's order, and nothing that is published or a timer.
create index outbox_facts_waiting on outbox (position) where kind = 'event' and published_at is null and parked_at is null;
-- Facts that the bus refused hold up the later ones of their subject until they are tried again. There are few.
create index outbox_facts_refused on outbox (subject, position) where kind = 'event' and published_at is null and parked_at is null and leased_until is not null;
create index outbox_timers_waiting on outbox (due_at) where kind = 'timer' and published_at is null and parked_at is null;
drop index outbox_waiting;
drop index outbox_waiting_by_subject;

-- The lease that wanted room in the page is gone. Numbers are counted up in place.
alter table outbox reset (fillfactor);
alter table outbox_sequences set (fillfactor = 70);

-- The subjects (hashed) whose facts a relay carries, so that those of other replicas leave them alone. Forgetting it costs a second publication, which the stream and the inbox drop:
-- it needs no log and outlives no crash.
create unlogged table outbox_carriers (
    holder   uuid primary key,
    subjects int[] not null,
    until    timestamptz not null
);
alter table outbox_carriers alter column subjects set storage plain;

-- A position is drawn before the trigger has waited for the earlier fact of the subject. Drawn anew behind the lock it follows the order of the numbers, which the relay relies on.
create or replace function outbox_number() returns trigger language plpgsql as $$
begin
    insert into outbox_sequences as s (subject, last) values (new.subject, 1)
    on conflict (subject) do update set last = s.last + 1
    returning last into new.sequence;
    if new.sequence > 1 then
        new.position := nextval('outbox_position_seq');
    end if;
    return new;
end $$;
