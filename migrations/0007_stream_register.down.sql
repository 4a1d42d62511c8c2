-- Removes the sign of a lost register.
drop table app.stream_register;
