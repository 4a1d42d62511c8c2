-- Creates what is left of former requests for the user of each of these sessions: used ids of a fifth of the
-- tasks, as clients have chosen them, tasks in the trash, and tombstones.
-- $1: hashes of tokens.
with person as materialized (
    select session.user_id as id from app.sessions as session where session.token_hash = any ($1::text[])
), chosen as (
    insert into app.used_ids (user_id, id, fingerprint, answer)
    select task.user_id, task.id, md5(task.title)::uuid,
           jsonb_build_object('id', task.id, 'seq', task.seq, 'status', 'active', 'missed', false,
                              'all_day', false, 'version', 1, 'created_at', task.created_at,
                              'updated_at', task.updated_at)
      from person join app.tasks as task on task.user_id = person.id
     where task.seq % 5 = 0
), trashed as (
    update app.tasks as task set deleted_at = now() - task.seq % 25 * interval '1 day'
      from person where task.user_id = person.id and task.seq % 40 = 7 and task.recurring_task_id is null
), purged as materialized (
    select person.id as user_id, gen_random_uuid() as id, number
      from person cross join generate_series(1, 5) as number
), used as (
    insert into app.used_ids (user_id, id) select user_id, id from purged
), deleted as (
    insert into app.tombstones (user_id, seq, kind, id, created_at)
    select purged.user_id, users.seq + purged.number, 'task', purged.id,
           now() - purged.number * interval '12 days'
      from purged join app.users as users on users.id = purged.user_id
)
update app.users set seq = greatest(users.seq + 5, 1000)
  from person where users.id = person.id
