-- The profile of a user, without null fields.
create or replace function app.profile_json(u app.users) returns json language sql stable as $$
    select json_strip_nulls(json_build_object(
        'id', u.id, 'email', u.email, 'name', u.name, 'guest', u.guest, 'admin', u.admin,
        'timezone', u.timezone, 'email_reminders', u.email_reminders))
$$;
