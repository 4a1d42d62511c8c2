-- Creates registered users, each with a session and with what consumers keep of them, every tenth with a
-- token. Users of the scenarios are guests.
-- $1: hashes of tokens.
with made as materialized (
    select hash, gen_random_uuid() as id, number, now() - number % 365 * interval '1 day' as created_at
      from unnest($1::text[]) with ordinality as given (hash, number)
), people as (
    insert into app.users (id, email, email_verified, name, password_hash, timezone, email_reminders,
                           created_at)
    select id, left(hash, 16) || '@example.com', true, 'Number ' || number,
           '$argon2id$v=19$m=19456,t=2,p=1$' || left(hash, 22) || '$' || left(hash, 43),
           (array['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'])[1 + number % 4],
           number % 2 = 0, created_at
      from made
), tokens as (
    insert into app.tokens (id, user_id, token_hash, name, scopes)
    select gen_random_uuid(), id, md5(hash) || md5(hash || 'token'), 'assistant', '{read,write}'
      from made where number % 10 = 0
), marks as (
    insert into app.high_water_marks (consumer, topic, user_id, seq)
    select mark.consumer, mark.topic, made.id, 1000
      from made, (values ('audit', 'task-events'), ('audit', 'reminders'), ('recurrence', 'task-events'),
                         ('notifications', 'reminders')) as mark (consumer, topic)
)
insert into app.sessions (token_hash, user_id, expires_at, user_agent, address)
select hash, id, now() + interval '30 days', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0',
       '198.51.100.' || number % 256
  from made
