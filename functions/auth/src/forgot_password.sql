-- frame: open, sign-in
-- Counts a request for a new password. Whether there is an account is looked up after the response.
select 'row', 'true'
