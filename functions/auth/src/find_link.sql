-- frame: open
-- Finds a link that sets a new password, before that is hashed.
select 'row', 'true' from links
 where links.token_hash = input ->> 'token' and links.purpose = 'reset_password' and links.expires_at > now()
