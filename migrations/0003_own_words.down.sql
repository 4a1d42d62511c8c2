create index answers_by_age on app.answers using brin (created_at);

drop function app.draw(text[], text[], uuid, boolean);
drop function app.quota(boolean, text, float8, float8, float8, float8);

drop index app.tasks_of_a_user_by_word;
create index tasks_of_a_user_by_word on app.tasks using gin (user_id, tags, search)
  with (gin_pending_list_limit = 128) where deleted_at is null;

alter table app.tasks drop column words;
drop function app.sought(text, uuid);
drop function app.beginning(text, uuid);
drop function app.words(text, text, uuid);
drop function app.mark(uuid);

create or replace function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.search := app.searchable(new.title, new.description);
    else
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
        if new.title is distinct from old.title or new.description is distinct from old.description then
            new.search := app.searchable(new.title, new.description);
        end if;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;
