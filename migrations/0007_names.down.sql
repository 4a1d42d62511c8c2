drop function app.named(text, text, boolean, uuid);
drop extension pg_trgm;
