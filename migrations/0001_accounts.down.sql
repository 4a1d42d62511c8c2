-- Removes everything. The roles stay, as other databases of the server may use them.
drop schema statements cascade;
drop schema app cascade;
grant usage on schema public to public;
