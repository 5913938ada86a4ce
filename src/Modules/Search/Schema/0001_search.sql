-- What search has learnt from events, and what people look for. The index in memory is built from the first two tables at start.

create table search_indices (
    property_id uuid primary key,
    version     bigint not null,
    status      text not null,
    document    jsonb not null,
    indexed_at  timestamptz not null default now()
);

create table search_taken_nights (
    entry_id    uuid primary key,
    property_id uuid not null,
    first_night date not null,
    end_date    date not null,
    check (first_night < end_date)
);
create index search_taken_nights_property on search_taken_nights (property_id);

create table search_analytics (
    id          bigint generated always as identity primary key,
    searched_at timestamptz not null,
    place       text,
    query       text,
    check_in    date,
    check_out   date,
    guests      int,
    results     int not null,
    milliseconds double precision not null
);
create index search_analytics_searched on search_analytics (searched_at);

create table popular_searches (
    place      text primary key,
    searches   bigint not null,
    last_at    timestamptz not null
);
