-- Recorded requests: a clock that allows so many a second, however many requests there are.

create unlogged sequence app.recording_time;
comment on sequence app.recording_time is
    'Time in ms since 1970 at which the requests that were recorded for themselves would be due at 20 a second. A '
    'sequence, as it changes at once and nobody waits for it.';
