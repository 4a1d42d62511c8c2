//! The database functions and triggers of a release: those of `migrations/functions/`.

use std::collections::BTreeMap;

use anyhow::ensure;
use tokio_postgres::Transaction;

use super::explain;
use crate::Release;

/// Statements that drop the functions of a name that this transaction has not created or replaced, and the
/// triggers that call one of that name.
const LEFTOVERS: &str = "
select format('drop trigger %I on %s', tgname, tgrelid::regclass)
  from pg_trigger join pg_proc on pg_proc.oid = tgfoid
 where pronamespace = 'app'::regnamespace and proname = $1 and not tgisinternal and tgparentid = 0
   and pg_trigger.xmin <> pg_current_xact_id()::xid
union all
select format('drop function %s', oid::regprocedure)
  from pg_proc
 where pronamespace = 'app'::regnamespace and proname = $1 and xmin <> pg_current_xact_id()::xid";

const SIGNATURES: &str = "
select oid::regprocedure::text from pg_proc where pronamespace = 'app'::regnamespace and proname = $1";

/// Parses the functions of a name completely, now that all others exist.
const VALIDATE: &str = "
select case lanname when 'sql' then fmgr_sql_validator(pg_proc.oid) else plpgsql_validator(pg_proc.oid) end
  from pg_proc join pg_language on pg_language.oid = prolang
 where pronamespace = 'app'::regnamespace and proname = ";

/// Installs the functions whose files have changed. Files come in any order: the code is checked at the end.
/// Returns true if any function was installed.
pub async fn install(release: &Release, transaction: &Transaction<'_>) -> anyhow::Result<bool> {
    let installed = read_installed(transaction).await?;
    let is_changed =
        |name: &String| installed.get(name) != release.functions.get(name).map(|file| &file.checksum);
    let changed: Vec<_> = release.functions.iter().filter(|(name, _)| is_changed(name)).collect();
    transaction.batch_execute("set local check_function_bodies = off").await?;
    for (name, file) in &changed {
        transaction.batch_execute(&file.sql).await.map_err(|error| explain(&file_path(name), &error))?;
        for row in transaction.query(LEFTOVERS, &[name]).await? {
            transaction.batch_execute(row.get(0)).await.map_err(|error| explain(&file_path(name), &error))?;
        }
        let signatures = transaction.query(SIGNATURES, &[name]).await?;
        ensure!(!signatures.is_empty(), "{} should create the function app.{name}", file_path(name));
        for row in signatures {
            let (signature, comment): (&str, String) =
                (row.get(0), first_comment(&file.sql).replace('\'', "''"));
            transaction.batch_execute(&format!("comment on function {signature} is '{comment}'")).await?;
        }
        transaction
            .execute(
                "insert into public.taskflow_functions (name, checksum) values ($1, $2)
                 on conflict (name) do update set checksum = excluded.checksum",
                &[name, &file.checksum],
            )
            .await?;
    }
    transaction.batch_execute("set local check_function_bodies = on").await?;
    for (name, _) in &changed {
        transaction
            .batch_execute(&format!("{VALIDATE}'{name}'"))
            .await
            .map_err(|error| explain(&file_path(name), &error))?;
    }
    Ok(!changed.is_empty())
}

/// Drops functions that neither this release nor the one before it has.
pub async fn drop_unused(release: &Release, transaction: &Transaction<'_>) -> anyhow::Result<()> {
    let used: Vec<String> = transaction
        .query("select unnest(functions) from app.releases", &[])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    for name in read_installed(transaction).await?.keys() {
        if !used.contains(name) && !release.functions.contains_key(name) {
            drop_named(transaction, name).await?;
        }
    }
    Ok(())
}

/// Drops all functions, with their triggers.
pub async fn drop_all(transaction: &Transaction<'_>) -> anyhow::Result<()> {
    for name in read_installed(transaction).await?.keys() {
        drop_named(transaction, name).await?;
    }
    Ok(())
}

/// True if the functions of a release are installed as they are in its files.
pub async fn are_installed(release: &Release, transaction: &Transaction<'_>) -> anyhow::Result<bool> {
    let installed = read_installed(transaction).await?;
    Ok(release.functions.iter().all(|(name, file)| installed.get(name) == Some(&file.checksum)))
}

/// Reads the checksums of the installed files, by the name of the function.
async fn read_installed(transaction: &Transaction<'_>) -> anyhow::Result<BTreeMap<String, String>> {
    let rows = transaction.query("select name, checksum from public.taskflow_functions", &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Drops the functions of a name.
async fn drop_named(transaction: &Transaction<'_>, name: &String) -> anyhow::Result<()> {
    for row in transaction.query(SIGNATURES, &[name]).await? {
        // `cascade` drops its triggers too.
        transaction.batch_execute(&format!("drop function {} cascade", row.get::<_, &str>(0))).await?;
    }
    transaction.execute("delete from public.taskflow_functions where name = $1", &[name]).await?;
    Ok(())
}

fn file_path(name: &str) -> String {
    format!("migrations/functions/{name}.sql")
}

/// The comment at the beginning of a file, up to its first empty line.
fn first_comment(sql: &str) -> String {
    sql.lines().map_while(|line| line.strip_prefix("-- ")).collect::<Vec<_>>().join(" ")
}
