-- Adds the event of a changed task. Its type follows from the change.
create or replace function app.add_task_event() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new is not distinct from old then
        return null;
    end if;
    perform app.add_event(
        'task-events',
        case
            when tg_op = 'INSERT' then 'task.created'
            when new.deleted_at is not null and old.deleted_at is null then 'task.deleted'
            when new.deleted_at is null and old.deleted_at is not null then 'task.restored'
            when new.status <> old.status and new.status = 'completed' then 'task.completed'
            when new.status <> old.status then 'task.reopened'
            else 'task.updated'
        end,
        new.user_id, new.seq, new.id,
        case when tg_op = 'UPDATE' then app.client_json(old) end, app.client_json(new), null);
    return null;
end $$;

create or replace trigger add_event after insert or update on app.tasks
    for each row execute function app.add_task_event();
