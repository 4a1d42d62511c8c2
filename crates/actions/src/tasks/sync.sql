-- frame: read
-- Returns the changes of the caller after `since`, as `app.changes_since` reads them. Returns nothing if the
-- client must sync from the start: its position is too old, of another history (`epoch`), or in the future of
-- this one.
--
-- Tombstones are forgotten at some time, so a position before that is too old to continue from, except for a
-- client that has just got there on its way from the start: `full_syncs` has these positions.
declare
    since      bigint := (input ->> 'since')::bigint;
    client_key text := coalesce(principal ->> 'session', principal ->> 'token', principal ->> 'subject', '');
    history    text := epoch();
    reply      record;
begin
    select page.* into reply
      from changes_since(caller, since, null, (input ->> 'limit')::int, page_bytes(principal)) as page
     where since <= page.seq and coalesce(input ->> 'epoch', history) = history
       and (since = 0 or since >= page.forgotten_seq
            or exists (select from full_syncs as begun
                        where begun.user_id = caller and begun.credential = client_key and begun.seq = since
                          and begun.started_at > now() - interval '1 day'));
    if not found then
        return;
    end if;
    if reply.more and reply.last_seq < reply.forgotten_seq then
        insert into full_syncs (user_id, credential, seq, started_at)
        values (caller, client_key, reply.last_seq, coalesce((
            select begun.started_at from full_syncs as begun
             where begun.user_id = caller and begun.credential = client_key and begun.seq = since), now()))
        on conflict (user_id, credential, seq) do update
           set started_at = greatest(full_syncs.started_at, excluded.started_at);
    end if;
    return query select 'row', format('{"changes":[%s],"seq":%s,"more":%s,"epoch":%s}', reply.changes,
                                      case when reply.more then reply.last_seq else reply.seq end,
                                      to_json(reply.more), to_json(history));
end;
