-- frame: write
-- Removes tags from a task of the caller. Tags that it does not have are ignored.
update tasks as task
   set tags = array(select old.tag from unnest(task.tags) with ordinality as old (tag, number)
                     where not input -> 'tags' ? old.tag order by old.number)
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning 'row', client_json(task)::text
