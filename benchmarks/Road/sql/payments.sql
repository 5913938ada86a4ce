-- What paying a booking writes in the payments database: payment and attempt, the provider's answer, success with ledger and invoice, and hearing of the confirmation.
select gen_random_uuid() as payment, gen_random_uuid() as booking, gen_random_uuid() as ledger, gen_random_uuid() as invoice, gen_random_uuid() as guest, gen_random_uuid() as host \gset
begin;
select pg_advisory_xact_lock(hashtextextended(':booking', 0));
select * from payments where booking_id = ':booking' for update;
insert into payments (id, booking_id, booking_reference, property_title, guest_id, host_id, method, provider, status, amount_minor, currency, quote, created_at, expires_at)
values (':payment', ':booking', 'ESBENCH', 'Garden flat', ':guest', ':host', 'card', 'stripe', 'requires_payment_method', 50000, 'EUR', ':quote'::jsonb, now(), now() + interval '15 minutes');
commit;
begin;
select * from payments where id = ':payment' for update;
select * from payment_intents where payment_id = ':payment';
insert into payment_intents (payment_id, attempt, kind, status, created_at, checked_at) values (':payment', 1, 'intent', 'opening', now(), now());
insert into outbox (id, kind, type, subject, data, occurred_at, due_at) values (gen_random_uuid(), 'timer', 'reconcile_open_payments', ':payment', '{}', now(), now() + interval '999 days');
commit;
begin;
select * from payments where id = ':payment' for update;
update payment_intents set status = 'open', provider_id = ':payment', client_secret = 'secret' where payment_id = ':payment' and attempt = 1;
commit;
begin;
select * from payments where id = ':payment' for update;
update payment_intents set status = 'succeeded', checked_at = now() where payment_id = ':payment' and attempt = 1;
update payments set status = 'succeeded', succeeded_at = now() where id = ':payment';
insert into ledger_accounts (code, currency) values ('cash:stripe', 'EUR'), ('funds_held', 'EUR') on conflict do nothing;
insert into ledger_transactions (id, rule, reference, booking_id, payment_id, posted_at) values (':ledger', 'payment_received', 'bench' || ':ledger', ':booking', ':payment', now());
insert into ledger_entries (transaction_id, line, account, currency, amount_minor) values (':ledger', 1, 'cash:stripe', 'EUR', 50000), (':ledger', 2, 'funds_held', 'EUR', -50000);
insert into outbox (id, kind, type, subject, data, occurred_at, due_at, published_at) values (gen_random_uuid(), 'event', 'estospaces.payments.payment_succeeded.v1', ':payment', '{}', now(), now(), now()), (gen_random_uuid(), 'event', 'estospaces.payments.invoice_issued.v1', ':payment', ':quote'::jsonb, now(), now(), now());
insert into invoice_numbers as n (year, kind, last) values (2001, 'invoice', 1) on conflict (year, kind) do update set last = n.last + 1 returning last \gset
insert into invoices (id, number, year, sequence, kind, payment_id, booking_id, guest_id, host_id, booking_reference, property_title, check_in, check_out, lines, total_minor, currency, issued_at)
values (':invoice', 'BENCH-' || :last::int, 2001, :last::int, 'invoice', ':payment', ':booking', ':guest', ':host', 'ESBENCH', 'Garden flat', '2030-01-01', '2030-01-03', '[]', 50000, 'EUR', now());
commit;
begin;
insert into inbox (consumer, event_id) values ('payments', gen_random_uuid()) on conflict do nothing;
select * from payments where id = ':payment' for update;
insert into payouts (booking_id, payment_id, host_id, booking_reference, property_title, check_in, check_out, amount_minor, currency, status, reason, created_at) values (':booking', ':payment', ':host', 'ESBENCH', 'Garden flat', '2030-01-01', '2030-01-03', 40000, 'EUR', 'pending', 'stay ahead', now());
commit;
