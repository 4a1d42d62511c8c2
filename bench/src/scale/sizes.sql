-- Returns the size of each table with its indexes, and the number of its rows, partitions together with their
-- table.
select coalesce(parent.relname, class.relname)::text as name,
       sum(pg_total_relation_size(class.oid))::bigint as bytes,
       sum(greatest(class.reltuples, 0))::bigint as rows
  from pg_class as class
  left join pg_inherits on pg_inherits.inhrelid = class.oid
  left join pg_class as parent on parent.oid = pg_inherits.inhparent
 where class.relnamespace = 'app'::regnamespace and class.relkind = 'r'
 group by 1 order by 2 desc, 1
