-- frame: read
-- Returns the id of the thing that the first request with that key was about, if its answer is still kept.
select 'row', answers.subject::text from answers
 where answers.user_id = caller and answers.id = (input #>> '{key,id}')::uuid
   and answers.created_at > now() - interval '24 hours'
