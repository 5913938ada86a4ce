-- Listings. Rules and prices are whole documents that are read and replaced as one; what lists filter by stands in columns made from them.

create table properties (
    id               uuid primary key,
    host_id          uuid not null,
    status           text not null check (status in ('draft', 'published', 'unpublished', 'deleted')),
    title            text not null,
    description      text not null,
    type             text not null,
    bedrooms         int not null check (bedrooms >= 0),
    beds             int not null check (beds >= 0),
    bathrooms        numeric(4, 1) not null check (bathrooms >= 0),
    rules            jsonb not null,
    price            jsonb,
    base_night_minor bigint generated always as ((price ->> 'base_night_minor')::bigint) stored,
    max_guests       int generated always as ((rules ->> 'max_guests')::int) stored,
    version          bigint not null,
    -- Counts what edits do not: a picture that became ready. The events carry it, If-Match does not.
    revision         bigint not null,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    published_at     timestamptz,
    -- A picture became ready or was lost, and other modules don't know yet.
    pictures_changed boolean not null default false,
    check (status <> 'published' or price is not null and published_at is not null)
);
create index properties_host on properties (host_id, created_at desc, id desc);
create index properties_pictures_changed on properties (id) where pictures_changed;
create index properties_published on properties (created_at desc, id desc) where status = 'published';

create table property_amenities (
    property_id uuid not null references properties on delete cascade,
    amenity     text not null,
    primary key (property_id, amenity)
);
create index property_amenities_amenity on property_amenities (amenity, property_id);

-- What is known of the media that listings show. Filled when media tells that renditions are ready.
create table property_media (
    media_id    uuid primary key,
    width       int,
    height      int,
    placeholder text,
    urls        jsonb
);

create table property_images (
    property_id uuid not null references properties on delete cascade,
    media_id    uuid not null references property_media,
    position    int not null,
    caption     text,
    primary key (property_id, media_id)
);
create index property_images_media on property_images (media_id);

-- The approximate point is what strangers see and what distances are measured from: sorting by the exact one would tell where it is.
create table property_locations (
    property_id           uuid primary key references properties on delete cascade,
    street                text,
    postal_code           text,
    city                  text not null,
    region                text,
    country_code          text not null check (country_code ~ '^[A-Z]{2}$'),
    latitude              double precision not null check (latitude between -90 and 90),
    longitude             double precision not null check (longitude between -180 and 180),
    approximate_latitude  double precision not null check (approximate_latitude between -90 and 90),
    approximate_longitude double precision not null check (approximate_longitude between -180 and 180),
    time_zone             text not null
);
create index property_locations_city on property_locations (lower(city), country_code);
create index property_locations_country on property_locations (country_code);
