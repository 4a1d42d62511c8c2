-- The events of a live stream after `since`, and up to `upto` if that is not null: `{"epoch", "seq",
-- "events": [[event, data], …]}`, with the `seq` that they lead to. Conflicts come first, as only the last
-- event carries the position: one for each task or series, and the twenty newest, as a stream is not flooded. A
-- client that is more than a page behind gets `resync` in place of the changes.
create or replace function app.stream_page(person uuid, since bigint, upto bigint) returns json
language plpgsql stable as $$
declare
    history   text := app.epoch();
    page      record;
    conflicts json[];
    last      json;
begin
    select * into page from app.changes_since(person, since, upto, 200, 256 * 1024);
    if page.seq > since then
        conflicts := array(
            select json_build_array('conflict', json_build_object(
                       'type', conflict.type,
                       case when conflict.type like 'task.%' then 'task_id' else 'recurring_task_id' end,
                       conflict.subject_id))
              -- Of the newest 200, so that this reads little however many there are.
              from (select recent.subject_id, recent.type, max(recent.seq) as seq
                      from (select * from app.conflicts as every
                             where every.user_id = person and every.seq > since and every.seq <= page.seq
                             order by every.seq desc limit 200) as recent
                     group by recent.subject_id, recent.type
                     order by seq desc limit 20) as conflict
             order by conflict.seq);
        last := case when page.more
            then json_build_array('resync', json_build_object('epoch', history, 'seq', page.seq))
            else json_build_array('changes', format(
                '{"changes":[%s],"seq":%s,"more":false,"epoch":%s}', page.changes, page.seq, to_json(history)
                )::json) end;
    end if;
    return json_build_object(
        'epoch', history, 'seq', coalesce(page.seq, since),
        'events', array_to_json(case when last is null then '{}' else conflicts || last end));
end $$;
