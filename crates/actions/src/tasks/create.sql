-- frame: write
-- Creates a task of the caller, with its reminders.
with created as (
    insert into tasks as task (id, user_id, title, description, priority, tags, due_date, all_day)
    select new.id, caller, new.title, new.description, coalesce(new.priority, 'medium'),
           coalesce(new.tags, '{}'), new_due_at(new.due_date, caller, new.allow_past, null),
           coalesce(new.due_date ? 'on', false)
      from jsonb_to_record(input) as new (
               id uuid, title text, description text, priority text, tags text[], due_date jsonb,
               allow_past boolean)
    returning task
), created_reminders as (
    insert into reminders (id, user_id, task_id, at, before)
    select coalesce((reminder ->> 'id')::uuid, gen_random_uuid()), caller, (created.task).id,
           (reminder ->> 'at')::timestamptz, reminder ->> 'before'
      from created, jsonb_array_elements(input -> 'reminders') as reminder
)
select 'row', client_json(task)::text from created
