-- Creates series for the user of each of these sessions, each with three weekly occurrences, the last of them
-- open.
-- $1: hashes of tokens, $2: number of series each.
with created as materialized (
    select gen_random_uuid() as id, person.id as user_id, person.seq + 4 * (number - 1) as seq,
           (array['Water the plants', 'Weekly review', 'Take out the bins', 'Call the parents', 'Go running',
                  'Pay the rent', 'Back up the laptop', 'Clean the fridge'])[1 + number % 8] || ' '
               || number as title,
           (now() at time zone 'UTC')::date - 14 + number + time '09:00' as start, person.timezone as zone
      from app.sessions as session
      join app.users as person on person.id = session.user_id
     cross join generate_series(1, $2::int) as number
     where session.token_hash = any ($1::text[])
), new_series as (
    insert into app.series (id, user_id, title, tags, rule, reminders, occurrences, place, created_at,
                            updated_at, version, seq)
    select id, user_id, title, '{routine}',
           jsonb_build_object('frequency', 'weekly', 'interval', 1, 'anchor', 'schedule', 'start_date', start,
                              'timezone', zone),
           '[{"before": "1h"}]', 3, start + interval '14 days', now() - interval '15 days', now(), 3, seq + 4
      from created
), occurrences as (
    insert into app.tasks (id, user_id, title, status, tags, due_date, created_at, updated_at, completed_at,
                           version, seq, recurring_task_id, words, occurrence, place)
    select gen_random_uuid(), user_id, title, case when number < 3 then 'completed' else 'active' end,
           '{routine}', due.date, due.date - interval '7 days', due.date - interval '7 days',
           case when number < 3 then due.date end, case when number < 3 then 2 else 1 end, seq + number, id,
           app.words(title, null, user_id), number, due.place
      from created
     cross join generate_series(1, 3) as number
     cross join lateral (select start + (number - 1) * interval '7 days' as place,
                                app.instant(start + (number - 1) * interval '7 days', zone) as date) as due
)
update app.users as person set seq = person.seq + 4 * $2::int
  from app.sessions as session
 where session.user_id = person.id and session.token_hash = any ($1::text[])
