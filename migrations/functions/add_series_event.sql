-- Adds the event of a changed series. There is none for another place: the statement that adds or withdraws
-- the occurrence writes `recurring.generated` or `recurring.withdrawn`.
create or replace function app.add_series_event() returns trigger language plpgsql as $$
declare
    type text;
begin
    if tg_op = 'INSERT' then
        type := 'recurring.created';
    elsif new is not distinct from old then
        return null;
    elsif new.place is null and old.place is not null then
        type := case when new.stopped then 'recurring.stopped' else 'recurring.ended' end;
    elsif (new.title, new.description, new.priority, new.tags, new.rule, new.own_zone, new.reminders)
          is distinct from
          (old.title, old.description, old.priority, old.tags, old.rule, old.own_zone, old.reminders)
          -- It has not ended after all.
          or new.place is not null and old.place is null then
        type := 'recurring.updated';
    else
        return null;
    end if;
    perform app.add_event('task-events', type, new.user_id, new.seq, new.id,
                     case when tg_op = 'UPDATE' then app.client_json(old) end, app.client_json(new), null);
    return null;
end $$;

create or replace trigger add_event after insert or update on app.series
    for each row execute function app.add_series_event();
