-- The name of the history that this database is in. A client returns it with its position, which means
-- nothing in another history. A database of another server has another system identifier; a restore to a
-- point in time, or from a replica, starts another timeline (Neon has timelines of its own); another database
-- of the server has another number, and one that was loaded from a dump another file for the table.
create or replace function app.epoch() returns text language plpgsql stable as $$
begin
    return (select left(md5(concat_ws(' ', history.id, server.system_identifier,
                                      left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
                                      current_setting('neon.timeline_id', true), database.oid,
                                      pg_relation_filenode('app.history'))), 16)
              from app.history, pg_control_system() as server, pg_database as database
             where database.datname = current_database());
end $$;
