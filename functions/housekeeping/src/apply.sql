-- frame: open, for service
-- Applies the settings that have changed since the last call. Returns a row with the key of each.
declare
    one     record;
    setting jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('taskflow settings', 0));
    for one in
        select said.* from jsonb_to_recordset(input -> 'said') as said (key text, value text, setting jsonb,
            problem text)
          left join configured on configured.key = said.key
         -- The problem counts too, as another release may know a key that this one rejects.
         where (said.value, said.problem) is distinct from (configured.value, configured.problem)
    loop
        if one.value is not null then
            insert into configured (key, value, problem) values (one.key, one.value, one.problem)
            on conflict (key) do update set value = excluded.value, problem = excluded.problem, at = now();
        end if;
        setting := one.setting;
        update limits set quota = (setting #>> '{limit,quota}')::int,
            seconds = (setting #>> '{limit,seconds}')::int
         where limits.name = setting #>> '{limit,name}';
        perform set_publishing((setting ->> 'publishing')::boolean) where setting ? 'publishing';
        update settings set publish_batch  = coalesce((setting ->> 'publish_batch')::int,
            settings.publish_batch),
                            reminder_batch = coalesce((setting ->> 'reminder_batch')::int,
                                settings.reminder_batch)
         where setting ?| '{publish_batch,reminder_batch}';
        return query select 'row', to_json(one.key)::text;
    end loop;
    -- Keys that are no longer configured.
    delete from configured where not exists (
        select from jsonb_array_elements(input -> 'said') as said
         where said ->> 'key' = configured.key and said ->> 'value' is not null);
end;
