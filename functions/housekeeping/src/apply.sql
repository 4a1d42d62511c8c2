-- frame: open, for service
-- Applies the settings that have changed since the last call. Returns a row with the key of each.
declare
    changed record;
    setting jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('taskflow settings', 0));
    for changed in
        select given.* from jsonb_to_recordset(input -> 'said')
                            as given (key text, value text, setting jsonb, problem text)
          left join configured on configured.key = given.key
         -- The problem counts too, as another release may know a key that this one rejects.
         where (given.value, given.problem) is distinct from (configured.value, configured.problem)
    loop
        if changed.value is not null then
            insert into configured (key, value, problem) values (changed.key, changed.value, changed.problem)
            on conflict (key) do update set value = excluded.value, problem = excluded.problem, at = now();
        end if;
        setting := changed.setting;
        update limits
           set quota = (setting #>> '{limit,quota}')::int, seconds = (setting #>> '{limit,seconds}')::int
         where limits.name = setting #>> '{limit,name}';
        perform set_publishing((setting ->> 'publishing')::boolean) where setting ? 'publishing';
        update settings
           set publish_batch  = coalesce((setting ->> 'publish_batch')::int, settings.publish_batch),
               reminder_batch = coalesce((setting ->> 'reminder_batch')::int, settings.reminder_batch)
         where setting ?| '{publish_batch,reminder_batch}';
        return query select 'row', to_json(changed.key)::text;
    end loop;
    -- Keys that are no longer in the configuration store.
    delete from configured where not exists (
        select from jsonb_array_elements(input -> 'said') as given
         where given ->> 'key' = configured.key and given ->> 'value' is not null);
end;
