-- frame: write
-- Makes a task of the caller.
insert into tasks as task (id, user_id, title, description, priority, tags, due_date, all_day)
select new.id, caller, new.title, new.description, coalesce(new.priority, 'medium'), coalesce(new.tags, '{}'),
       new_due_at(new.due_date, caller, new.allow_past, null), coalesce(new.due_date ? 'on', false)
  from jsonb_to_record(input) as new (
           id uuid, title text, description text, priority text, tags text[], due_date jsonb, allow_past boolean)
returning shown(task)::text
