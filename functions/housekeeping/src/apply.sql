-- frame: open, in steps, for service
-- Applies what is said of settings where that is not what was said before. A row for each of those: its key.
declare
    one     record;
    setting jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('taskflow settings', 0));
    for one in
        select said.* from jsonb_to_recordset(input -> 'said') as said (key text, value text, setting jsonb, problem text)
          left join configured on configured.key = said.key
         -- What one release refuses, another may know.
         where (said.value, said.problem) is distinct from (configured.value, configured.problem)
    loop
        if one.value is not null then
            insert into configured (key, value, problem) values (one.key, one.value, one.problem)
            on conflict (key) do update set value = excluded.value, problem = excluded.problem, at = now();
        end if;
        setting := one.setting;
        update limits set quota = (setting #>> '{limit,quota}')::int, seconds = (setting #>> '{limit,seconds}')::int
         where limits.name = setting #>> '{limit,name}';
        perform set_publishing((setting ->> 'publishing')::boolean) where setting ? 'publishing';
        update settings set publish_batch  = coalesce((setting ->> 'publish_batch')::int, settings.publish_batch),
                            reminder_batch = coalesce((setting ->> 'reminder_batch')::int, settings.reminder_batch)
         where setting ?| '{publish_batch,reminder_batch}';
        return next to_json(one.key)::text;
    end loop;
    -- What nobody says any more.
    delete from configured where not exists (
        select from jsonb_array_elements(input -> 'said') as said
         where said ->> 'key' = configured.key and said ->> 'value' is not null);
end;
