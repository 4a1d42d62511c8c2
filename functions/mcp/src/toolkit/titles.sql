-- frame: read
-- Returns the titles of the given tasks of the caller, by id.
select 'row', coalesce(json_object_agg(task.id, task.title), '{}')::text
  from tasks as task
 where task.user_id = caller
   and task.id in (select id::uuid from jsonb_array_elements_text(input -> 'tasks') as id)
