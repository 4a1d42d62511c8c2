-- frame: read
-- Returns a row if the same call was answered within the last day.
select 'true' from answers
 where answers.user_id = caller and answers.id = (input ->> 'kept')::uuid
   and answers.created_at > now() - interval '24 hours'
