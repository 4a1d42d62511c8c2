-- frame: write
-- Takes tags off a task of the caller. Those that it does not have are not missed.
update tasks as task
   set tags = array(select old.tag from unnest(task.tags) with ordinality as old (tag, number)
                     where not input -> 'tags' ? old.tag order by old.number)
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning shown(task)::text
