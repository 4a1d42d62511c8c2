-- frame: open, for service
-- Adds an event for the security incidents that were counted since the last one of their kind.
with ended as (
    delete from incidents where incidents.reported_at < clock_timestamp() - interval '1 minute'
    returning incidents.*
), reported as (
    select add_event('audit-events', ended.type, ended.user_id, 0, null, null, null,
                     ended.details || jsonb_build_object('times', ended.times))
      from ended where ended.times > 0
)
select 'row', 'true' from reported
