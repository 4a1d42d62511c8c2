-- frame: open, for service
-- Notes that a proxy may not have got the last message of some users.
update stream_positions as position set uncertain = true
 where position.user_id = any (array(
       select named::uuid from jsonb_array_elements_text(input -> 'users') as named))
returning 'row', 'true'
