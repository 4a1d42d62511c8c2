-- A limit of links for each e-mail address, beside that for each user and address, and a smaller burst of
-- sign-ups.
insert into app.limits (name, requests, seconds) values ('link-address', 20, 3600);

-- Without the trigger that deletes the buckets, if it is there: it would lock them until all of the migration
-- is done. Those of sign-ups are deleted when they are idle.
do $$
declare
    has_trigger boolean := exists (select from pg_trigger
                                    where tgrelid = 'app.limits'::regclass and tgname = 'reset_buckets');
begin
    if has_trigger then
        alter table app.limits disable trigger reset_buckets;
    end if;
    update app.limits set requests = 100, seconds = 10
     where name = 'sign-up' and requests = 600 and seconds = 60;
    if has_trigger then
        alter table app.limits enable trigger reset_buckets;
    end if;
end $$;
