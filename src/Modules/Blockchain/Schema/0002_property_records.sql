-- What was recorded of listings: the text, and the secret bytes without which its hash on the chain says nothing. Both go when the host has his account erased.
create table property_records (
    property_id  uuid not null,
    version      int not null check (version > 0),
    host_id      uuid not null,
    owner        text not null,
    content      text,
    salt         bytea,
    content_hash text not null,
    listed       boolean not null,
    order_key    text not null unique,
    created_at   timestamptz not null,
    primary key (property_id, created_at)
);
create index property_records_host on property_records (host_id);
