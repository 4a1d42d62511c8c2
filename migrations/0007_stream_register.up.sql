-- A sign that the register of live streams was lost, while proxies still hold them.

create unlogged table app.stream_register (
    epoch text
);
insert into app.stream_register values (null);
comment on table app.stream_register is
    'One row while `app.streams` knows all streams that proxies hold. A crash of Postgres empties both.';
comment on column app.stream_register.epoch is
    'History in which they were opened, another one after a restore. Null before the first.';
