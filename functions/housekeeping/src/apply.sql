-- frame: open, for service
-- Applies the settings that have changed since the last call. Returns a row with the key of each. Without a
-- `value` in the store, `setting` holds the default.
declare
    changed record;
    setting jsonb;
begin
    perform pg_advisory_xact_lock(hashtextextended('taskflow settings', 0));
    for changed in
        select given.* from jsonb_to_recordset(input -> 'settings')
                            as given (key text, value text, setting jsonb, problem text)
          left join configured_settings as known on known.key = given.key
         -- Errors are compared too, as another release may know a key that this one rejects.
         where (given.value, given.problem) is distinct from (known.value, known.error)
    loop
        if changed.value is not null then
            insert into configured_settings (key, value, error)
            values (changed.key, changed.value, changed.problem)
            on conflict (key) do update set value = excluded.value, error = excluded.error, at = now();
        end if;
        setting := changed.setting;
        update limits
           set requests = (setting #>> '{limit,requests}')::int,
               seconds = (setting #>> '{limit,seconds}')::int
         where limits.name = setting #>> '{limit,name}';
        perform set_publishing((setting ->> 'publishing')::boolean) where setting ? 'publishing';
        update settings
           set publish_batch  = coalesce((setting ->> 'publish_batch')::int, settings.publish_batch),
               reminder_batch = coalesce((setting ->> 'reminder_batch')::int, settings.reminder_batch),
               streams_per_user = coalesce(
                   (setting ->> 'streams_per_user')::int, settings.streams_per_user),
               streams_per_address = coalesce(
                   (setting ->> 'streams_per_address')::int, settings.streams_per_address),
               streams_unproxied = coalesce(
                   (setting ->> 'streams_unproxied')::int, settings.streams_unproxied)
         where setting ?| '{publish_batch,reminder_batch,streams_per_user,streams_per_address,'
                          'streams_unproxied}';
        return query select 'row', to_json(changed.key)::text;
    end loop;
    -- Keys that are no longer in the configuration store.
    delete from configured_settings as known where not exists (
        select from jsonb_array_elements(input -> 'settings') as given
         where given ->> 'key' = known.key and given ->> 'value' is not null);
end;
