-- frame: open, sign-up
-- Counts a request for a new password, as all that send e-mails to strangers, and apart from attempts to sign
-- in: nobody can shut out the owner of an account who needs the link. Whether there is an account is looked up
-- after the response.
select 'row', 'true'
