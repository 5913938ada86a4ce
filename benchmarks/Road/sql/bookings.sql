-- What holding and confirming a booking writes in the bookings database: the same tables, triggers, constraints and number of transactions as the product's own statements.
\set home random(1, 400)
\set start random(1, 1200000)
\set nights random(1, 4)
select gen_random_uuid() as booking, gen_random_uuid() as entry, gen_random_uuid() as payment, md5('guest' || :home)::uuid as guest, md5('host' || :home)::uuid as host, md5('home' || :home)::uuid as home_id \gset
begin;
select turn_of(':home_id');
insert into bookings (id, reference, status, property_id, guest_id, host_id, check_in, check_out, check_in_at, check_out_at, guests, quote, listing, total_minor, currency, created_at, expires_at, held_at, version)
values (':booking', ':booking', 'pending_payment', ':home_id', ':guest', ':host', date '2030-01-01' + :start::int, date '2030-01-01' + :start::int + :nights::int, now(), now() + interval '1 day', '{"adults":2}', ':quote'::jsonb, ':listing'::jsonb, 50000, 'EUR', now(), now() + interval '15 minutes', now(), 1);
insert into availability_calendar (id, property_id, stay, reason, booking_id, expires_at, created_at) values (':entry', ':home_id', daterange(date '2030-01-01' + :start::int, date '2030-01-01' + :start::int + :nights::int), 'hold', ':booking', now() + interval '15 minutes', now());
insert into booking_history (booking_id, version, from_status, to_status, actor, actor_id, reason, at) values (':booking', 1, null, 'pending_payment', 'guest', ':guest', 'booked', now());
insert into outbox (id, kind, type, subject, data, occurred_at, due_at) values (gen_random_uuid(), 'timer', 'expire_unpaid_bookings', ':booking', '{}', now(), now() + interval '15 minutes') on conflict (type, subject) where kind = 'timer' and published_at is null and parked_at is null do update set due_at = excluded.due_at;
insert into outbox (id, kind, type, subject, data, occurred_at, due_at, published_at) values (gen_random_uuid(), 'event', 'estospaces.bookings.booking_held.v1', ':booking', ':quote'::jsonb, now(), now(), now()), (gen_random_uuid(), 'event', 'estospaces.bookings.nights_taken.v1', ':home_id', '{"reason":"hold"}', now(), now(), now());
commit;
begin;
insert into inbox (consumer, event_id) values ('bookings', gen_random_uuid()) on conflict do nothing;
select turn_of(':home_id');
select * from bookings where id = ':booking' for update;
update bookings set status = 'confirmed', payment_id = ':payment', confirmed_at = now(), version = 2 where id = ':booking' and version = 1;
select * from availability_calendar where booking_id = ':booking';
update availability_calendar set reason = 'stay', expires_at = null where id = ':entry';
insert into booking_history (booking_id, version, from_status, to_status, actor, reason, at) values (':booking', 2, 'pending_payment', 'confirmed', 'payment', 'paid', now());
delete from outbox where kind = 'timer' and type = 'expire_unpaid_bookings' and subject = ':booking' and published_at is null and parked_at is null;
insert into outbox (id, kind, type, subject, data, occurred_at, due_at) values (gen_random_uuid(), 'timer', 'open_check_ins', ':booking', '{}', now(), now() + interval '999 days');
insert into outbox (id, kind, type, subject, data, occurred_at, due_at, published_at) values (gen_random_uuid(), 'event', 'estospaces.bookings.booking_confirmed.v1', ':booking', ':quote'::jsonb, now(), now(), now()), (gen_random_uuid(), 'event', 'estospaces.bookings.nights_taken.v1', ':home_id', '{"reason":"stay"}', now(), now(), now());
commit;
