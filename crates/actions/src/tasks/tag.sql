-- frame: write
-- Adds tags to a task of the caller. Tags that it already has keep their position.
update tasks as task
   set tags = task.tags || array(
           select new.tag from jsonb_array_elements_text(input -> 'tags') with ordinality as new (tag, number)
            where not new.tag = any (task.tags) order by new.number)
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning 'row', case when cardinality(task.tags) > 10 then refuse('too_many_tags')::text
                      else client_json(task)::text end
