drop table app.stream_register;
