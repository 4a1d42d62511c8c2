-- frame: read
-- Whether the same call was answered before.
select 'true' from answers where answers.user_id = caller and answers.id = (input ->> 'kept')::uuid
