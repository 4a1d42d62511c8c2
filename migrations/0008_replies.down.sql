-- Takes everything of the way up back.

create or replace function app.quota(refused boolean, policy text, reset float8, each float8, room float8, remaining float8)
returns text language sql stable
return format('{"quota":{"refused":%s,"policy":"%s","quota":%s,"seconds":%s,"remaining":%s,"reset":%s}}', to_json(refused),
              policy, (room / each)::bigint, room, floor(remaining)::bigint, ceil(reset));

drop function if exists app.admit(jsonb, jsonb, text, text, text);
drop function if exists app.find_caller(jsonb, text);
drop function if exists app.draw_limits(text, jsonb, jsonb, uuid);
drop function if exists app.lock_caller(jsonb, uuid, text);
drop function if exists app.replay(uuid, jsonb);
drop function if exists app.check_version(uuid, jsonb);
drop function if exists app.report_foreign_access(jsonb, jsonb, uuid);
drop function if exists app.refusal(text, text, text, text);
drop function if exists app.cursor(text, uuid, text);
truncate app.answers;
alter table app.answers
    drop column rows,
    drop column subject,
    add column rows text[] not null;
drop type app.reply_row;
