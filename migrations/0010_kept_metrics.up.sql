-- The latest metrics, so that making them costs the same however often they are asked for.

-- Unlogged: after a crash they are made again.
create unlogged table app.kept_metrics (
    release text primary key,
    next_at timestamptz not null,
    body    text not null
);
comment on table app.kept_metrics is
    'Latest response of `/metrics`, for the requests of the next two seconds, by release.';
comment on column app.kept_metrics.next_at is
    'Time from which a request makes the next one. It moves on as soon as one has begun to.';
