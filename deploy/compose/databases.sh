#!/bin/sh
# Written by `npm run deploy`. Run by Postgres' image when its data folder is new: a database for each module.
# With APP_PASSWORD_FILE they belong to the user estospaces, who is no superuser; else to postgres.
set -eu
owner=postgres
if [ -n "${APP_PASSWORD_FILE:-}" ]; then
  owner=estospaces
  psql -v ON_ERROR_STOP=1 -v password="$(cat "$APP_PASSWORD_FILE")" -U postgres -d postgres <<'SQL'
create role estospaces login password :'password';
SQL
fi
for database in estospaces_auth estospaces_blockchain estospaces_bookings estospaces_media estospaces_notifications estospaces_payments estospaces_properties estospaces_sandbox estospaces_search estospaces_users; do
  psql -v ON_ERROR_STOP=1 -U postgres -d postgres -c "create database $database owner $owner"
done
# The only extension that an owner may not add by itself.
psql -v ON_ERROR_STOP=1 -U postgres -d estospaces_properties -c 'create extension if not exists postgis'
