-- Records every event that is added to the outbox. Events that are already complete are requeued ones.
create table public.every_event (
    event_id    uuid not null,
    occurred_at timestamptz not null,
    type        text not null,
    subject_id  uuid,
    -- Title of the task, which begins with the name of the drill.
    title       text
);
create function public.keep_event() returns trigger language plpgsql security definer as $$
begin
    insert into public.every_event
    values (new.event_id, new.occurred_at, new.type, new.subject_id, new.after ->> 'title');
    return null;
end $$;
create trigger keep_event after insert on app.outbox for each row
    when (new.event is null) execute function public.keep_event()
