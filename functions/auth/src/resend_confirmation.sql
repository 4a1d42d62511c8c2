-- frame: write, own account
-- Sends the link that confirms the caller's address again. Returns nothing if there is none to confirm, or as
-- `wait` the time in seconds until the next link may be sent.
select case when queued.wait is null then 'row' else 'wait' end, coalesce(queued.wait::text, 'true')
  from (select queue_link(users.id, 'confirm_email', users.email) as wait
          from users
         where users.id = caller and users.email is not null and not users.email_verified) as queued
