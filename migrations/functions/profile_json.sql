-- The profile of a user, without null fields.
create or replace function app.profile_json(person app.users) returns json language sql stable as $$
    select json_strip_nulls(json_build_object(
        'id', person.id, 'email', person.email, 'email_verified', person.email_verified,
        'new_email', person.new_email, 'name', person.name, 'guest', person.guest, 'admin', person.admin,
        'timezone', person.timezone, 'email_reminders', person.email_reminders))
$$;
