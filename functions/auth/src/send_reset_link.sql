-- frame: open, uncounted
-- Sends the link that sets a new password to the address of an account. An address that is not confirmed gets
-- the link that confirms it, as nothing else may be sent to it.
select 'row', 'true'
  from users
 cross join lateral (select queue_link(users.id,
                                       case when users.email_verified then 'reset_password'
                                            else 'confirm_email' end, users.email)) as queued
 where users.email = input ->> 'email' and users.password_hash is not null
