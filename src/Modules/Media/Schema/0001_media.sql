-- Files that people uploaded, what was made of them, and the queue of what is still to be made.

-- One row per content: the same picture uploaded twice, or shown by many listings, is kept and processed once.
-- Public contents are shared by everybody, private ones (documents, attachments) only within their owner's scope.
-- Objects lie below public/<id>/, private/<id>/ and originals/<id>; an id is never used again, so removing cannot hit a newcomer.
create table media_metadata (
    id              uuid primary key,
    scope           text not null,
    sha256          text not null check (length(sha256) = 64),
    content_type    text not null,
    size_bytes      bigint not null check (size_bytes > 0),
    status          text not null check (status in ('processing', 'ready', 'failed')),
    failure_code    text,
    failure_message text,
    width           int not null default 0,
    height          int not null default 0,
    placeholder     text,
    renditions      jsonb not null default '[]',
    created_at      timestamptz not null,
    processed_at    timestamptz,
    -- Set when no file shows it any more: a timer then erases its objects and this row. Until that is done, the row says that there is something to erase.
    removed_at      timestamptz,
    check ((status = 'failed') = (failure_code is not null))
);
create unique index media_metadata_content on media_metadata (scope, sha256) where removed_at is null and status <> 'failed';

create table media_files (
    id         uuid primary key,
    owner_id   uuid not null,
    purpose    text not null check (purpose in ('listing', 'avatar', 'document', 'message')),
    file_name  text not null,
    content_id uuid references media_metadata on delete set null,
    created_at timestamptz not null,
    deleted_at timestamptz,
    check (deleted_at is not null or content_id is not null)
);
create index media_files_content on media_files (content_id);
create index media_files_owner on media_files (owner_id, created_at desc, id desc) where deleted_at is null;

-- Which listings show a file: it cannot be deleted while one does.
create table media_uses (
    media_id uuid not null,
    shown_by text not null,
    primary key (media_id, shown_by)
);
create index media_uses_shown_by on media_uses (shown_by);

create table media_processing_queue (
    content_id   uuid primary key references media_metadata on delete cascade,
    -- 0: somebody waits for it, 1: in its own time.
    priority     smallint not null default 0,
    attempts     int not null default 0,
    due_at       timestamptz not null default now(),
    leased_until timestamptz,
    last_error   text
);
create index media_processing_queue_due on media_processing_queue (priority, due_at);
