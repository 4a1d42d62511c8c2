-- frame: read
-- Returns the id of the item that the first request with this idempotency key was about, if its answer is
-- still stored.
select 'row', answers.item_id::text from answers
 where answers.user_id = caller and answers.id = (input #>> '{key,id}')::uuid
   and answers.created_at > now() - interval '24 hours'
