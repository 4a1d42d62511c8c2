-- frame: write, own account
-- Sends the link that confirms an address of the caller again. Returns nothing if there is none to confirm,
-- or as `wait` the time in seconds until the next link may be sent.
select case when queued.wait is null then 'row' else 'wait' end, coalesce(queued.wait::text, 'true')
  from (select queue_link(caller, 'confirm_email', unverified.email) as wait
          from (select coalesce(users.new_email,
                                case when not users.email_verified then users.email end) as email
                  from users where users.id = caller) as unverified
         where unverified.email is not null) as queued
