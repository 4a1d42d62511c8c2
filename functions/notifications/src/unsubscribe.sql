-- frame: open, for both
-- Turns off e-mail reminders for the user whose unsubscribe link has this key.
declare
    person uuid := (select users.id from users where users.unsubscribe = (input ->> 'key')::uuid);
begin
    if person is null then
        return;
    elsif lock_caller(principal, person, 'both') is not null then
        perform refuse('busy');
    end if;
    return query update users set email_reminders = false where users.id = person returning 'row', 'true';
end;
