-- Takes the limit of links for each e-mail address away, and restores the burst of sign-ups.
delete from app.limits where name = 'link-address';
update app.limits set requests = 600, seconds = 60
 where name = 'sign-up' and requests = 100 and seconds = 10;
