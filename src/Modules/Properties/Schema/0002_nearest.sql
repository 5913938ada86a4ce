-- Nearest listings: a PostGIS geography where the server has it, else cube and earthdistance. Locations.cs asks which it became.

do $$
begin
    if exists (select from pg_available_extensions where name = 'postgis') then
        create extension if not exists postgis;
        execute 'alter table property_locations add column point geography(point, 4326)
            generated always as (st_setsrid(st_makepoint(approximate_longitude, approximate_latitude), 4326)::geography) stored';
        execute 'create index property_locations_point on property_locations using gist (point)';
    else
        create extension if not exists cube;
        create extension if not exists earthdistance;
        execute 'create index property_locations_point on property_locations using gist (ll_to_earth(approximate_latitude, approximate_longitude))';
    end if;
end $$;
