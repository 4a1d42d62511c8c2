-- frame: write
-- Updates a task of the caller. Fields that are not in the patch keep their values.
update tasks as task
   set title       = coalesce(patch.title, task.title),
       description = case when input -> 'patch' ? 'description' then patch.description
                          else task.description end,
       priority    = case when input -> 'patch' ? 'priority' then coalesce(patch.priority, 'medium')
                          else task.priority end,
       tags        = case when input -> 'patch' ? 'tags' then coalesce(patch.tags, '{}') else task.tags end,
       due_date    = case when input -> 'patch' ? 'due_date'
                          then new_due_at(patch.due_date, caller, patch.allow_past, task.due_date)
                          else task.due_date end,
       all_day     = case when input -> 'patch' ? 'due_date' then coalesce(patch.due_date ? 'on', false)
                          else task.all_day end
  from jsonb_to_record(input -> 'patch') as patch (
           title text, description text, priority text, tags text[], due_date jsonb, allow_past boolean)
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning 'row', client_json(task)::text
