-- What payments from wallets bring: a hold that waits once for a deposit on its way, and disputes.

alter table bookings add column hold_prolonged_at timestamptz;

insert into booking_transitions (from_status, to_status) values
    ('confirmed', 'disputed'),
    ('checked_in', 'disputed'),
    ('completed', 'disputed'),
    ('disputed', 'completed'),
    ('disputed', 'cancelled_by_guest');
