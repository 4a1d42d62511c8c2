-- Rows of a reply have a kind, and a kept answer knows the thing that its request was about.

create type app.reply_row as (kind text, body text);

-- Answers are kept for a day only, and those of before have no kinds.
truncate app.answers;
alter table app.answers
    drop column rows,
    add column rows app.reply_row[] not null,
    add column subject uuid;

-- The limits are told as the body of a row of their own now.
create or replace function app.quota(refused boolean, policy text, reset float8, each float8, room float8, remaining float8)
returns text language sql stable
return format('{"refused":%s,"policy":"%s","quota":%s,"seconds":%s,"remaining":%s,"reset":%s}', to_json(refused), policy,
              (room / each)::bigint, room, floor(remaining)::bigint, ceil(reset));
