//! The schema of a database as SQL, for readers: `migrations/schema.sql`.

use std::fmt::Write;

use tokio_postgres::{Client, Row};

const HEAD: &str = "-- The database as the migrations make it: tables, types, triggers and functions. The code of functions is\n\
                    -- in functions/. Generated: `cargo dev test schema_sql` rewrites it.\n";

const WIDTH: usize = 110;

const SCHEMAS: &str = "
select nspname::text, obj_description(oid, 'pg_namespace'),
       array(select format('grant %s on schema %I to %I', lower(privilege_type), nspname, grantee::regrole)
               from aclexplode(nspacl) where grantee <> nspowner and grantee <> 0 order by 1)
  from pg_namespace where nspname in ('app', 'dapr', 'statements') order by 1";

const EXTENSIONS: &str = "
select format('create extension %I with schema %s', extname, extnamespace::regnamespace)
  from pg_extension where extname <> 'plpgsql' order by 1";

/// Partitions of the audit trail are left out: they depend on the date.
const RELATIONS: &str = "
select oid, format('%s.%I', relnamespace::regnamespace, relname), relkind = 'c',
       case relpersistence when 'u' then 'unlogged ' else '' end,
       case relkind when 'c' then obj_description(reltype, 'pg_type') else obj_description(oid, 'pg_class') end,
       coalesce(' partition by ' || lower(pg_get_partkeydef(oid)), '')
         || coalesce(' with (' || array_to_string(reloptions, ', ') || ')', ''),
       array(select format('grant %s on %s.%I to %I', lower(privilege_type), relnamespace::regnamespace, relname,
                           grantee::regrole)
               from aclexplode(relacl) where grantee <> relowner and grantee <> 0 order by 1)
  from pg_class
 where relnamespace::regnamespace::text in ('app', 'dapr', 'public') and relkind in ('r', 'p', 'c')
   and not relispartition
   and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e')
 order by 3, 2";

const COLUMNS: &str = "
select quote_ident(attname),
       format_type(atttypid, atttypmod)
         || case attidentity when 'a' then ' generated always as identity' else '' end
         || case when attnotnull then ' not null' else '' end
         || coalesce(' default ' || pg_get_expr(adbin, adrelid), ''),
       col_description(attrelid, attnum)
  from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
 where attrelid = $1 and attnum > 0 and not attisdropped order by attnum";

const CONSTRAINTS: &str = "
select format('constraint %I %s', conname, pg_get_constraintdef(oid))
  from pg_constraint where conrelid = $1 and contype in ('p', 'u', 'f', 'c')
 order by position(contype::text in 'pufc'), conname";

const INDEXES: &str = "
select pg_get_indexdef(indexrelid) from pg_index
 where indrelid = $1 and not exists (select from pg_constraint where conindid = indexrelid) order by 1";

const TRIGGERS: &str = "
select pg_get_triggerdef(oid) from pg_trigger where tgrelid = $1 and not tgisinternal order by 1";

const FUNCTIONS: &str = "
select format('create function app.%I(%s)', proname, pg_get_function_arguments(pg_proc.oid)),
       format('returns %s language %s %s', pg_get_function_result(pg_proc.oid), lanname,
              case provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end),
       obj_description(pg_proc.oid, 'pg_proc')
  from pg_proc join pg_language on pg_language.oid = prolang
 where pronamespace = 'app'::regnamespace order by proname, 1";

/// Describes the schema of a database. Two databases with the same schema have the same text.
pub async fn describe(client: &Client) -> anyhow::Result<String> {
    let mut text = String::from(HEAD);
    for row in client.query(SCHEMAS, &[]).await? {
        text.push('\n');
        write_comment(&mut text, "", row.get(1));
        writeln!(text, "create schema {};", row.get::<_, &str>(0))?;
        write_statements(&mut text, row.get::<_, Vec<String>>(2));
    }
    text.push('\n');
    write_statements(&mut text, definitions(client.query(EXTENSIONS, &[]).await?));
    for relation in client.query(RELATIONS, &[]).await? {
        text.push('\n');
        describe_relation(client, &relation, &mut text).await?;
    }
    for row in client.query(FUNCTIONS, &[]).await? {
        text.push('\n');
        write_comment(&mut text, "", row.get(2));
        let (head, tail): (&str, &str) = (row.get(0), row.get(1));
        let separator = if head.len() + tail.len() < WIDTH - 1 { ' ' } else { '\n' };
        writeln!(text, "{head}{separator}{tail};")?;
    }
    Ok(text)
}

async fn describe_relation(client: &Client, relation: &Row, text: &mut String) -> anyhow::Result<()> {
    let oid: u32 = relation.get(0);
    let (name, is_type): (&str, bool) = (relation.get(1), relation.get(2));
    let (unlogged, options): (&str, &str) = (relation.get(3), relation.get(5));
    write_comment(text, "", relation.get(4));
    match is_type {
        true => writeln!(text, "create type {name} as (")?,
        false => writeln!(text, "create {unlogged}table {name} (")?,
    }
    let columns = client.query(COLUMNS, &[&oid]).await?;
    let constraints = definitions(client.query(CONSTRAINTS, &[&oid]).await?);
    let width = columns.iter().map(|column| column.get::<_, &str>(0).len()).max().unwrap_or_default();
    let count = columns.len() + constraints.len();
    let comma = |index: usize| if index + 1 < count { "," } else { "" };
    for (index, column) in columns.iter().enumerate() {
        write_comment(text, "    ", column.get(2));
        let (name, definition): (&str, String) = (column.get(0), normalize(column.get(1)));
        writeln!(text, "    {name:<width$} {definition}{}", comma(index))?;
    }
    for (index, constraint) in constraints.iter().enumerate() {
        writeln!(text, "    {constraint}{}", comma(columns.len() + index))?;
    }
    writeln!(text, "){options};")?;
    for query in [INDEXES, TRIGGERS] {
        write_statements(text, definitions(client.query(query, &[&oid]).await?));
    }
    write_statements(text, relation.get::<_, Vec<String>>(6));
    Ok(())
}

fn definitions(rows: Vec<Row>) -> Vec<String> {
    rows.iter().map(|row| normalize(row.get(0))).collect()
}

/// Rewrites a definition as people write it: keywords in lower case, without defaults and casts of literals.
fn normalize(definition: &str) -> String {
    let mut is_quoted = false;
    let lower: String = definition
        .chars()
        .map(|c| {
            is_quoted ^= c == '\'' || c == '"';
            if is_quoted { c } else { c.to_ascii_lowercase() }
        })
        .collect();
    lower.replace(" using btree", "").replace("'::text", "'")
}

/// Writes statements, with a break before their last clauses if they are too long for a line.
fn write_statements(text: &mut String, statements: Vec<String>) {
    for statement in statements {
        let statement = match statement.len() < WIDTH {
            true => statement,
            false => [" where ", " when ", " execute "]
                .iter()
                .fold(statement, |statement, clause| statement.replace(clause, &format!("\n   {clause}"))),
        };
        text.push_str(&statement);
        text.push_str(";\n");
    }
}

fn write_comment(text: &mut String, indent: &str, comment: Option<&str>) {
    let mut line = String::new();
    for word in comment.unwrap_or_default().split_whitespace() {
        if !line.is_empty() && indent.len() + 3 + line.len() + 1 + word.len() > WIDTH {
            text.push_str(&format!("{indent}--{line}\n"));
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    if !line.is_empty() {
        text.push_str(&format!("{indent}--{line}\n"));
    }
}
