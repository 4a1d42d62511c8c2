-- Takes everything of 0001 away. The roles stay: other databases of the cluster may use them.
drop schema bodies cascade;
drop schema app cascade;
grant usage on schema public to public;
