-- What the reaction of the benchmark does.

create table effects (
    entry_id uuid primary key,
    property_id uuid not null,
    start_date date not null,
    end_date date not null
);
