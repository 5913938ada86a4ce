-- Sessions that ended before their access tokens did are told to all processes, again and again: found by when that was.
create index sessions_revoked on sessions (revoked_at) where revoked_at is not null;
