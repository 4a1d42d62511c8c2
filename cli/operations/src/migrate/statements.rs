//! The statements of a release, in the schema `statements`.

use tokio_postgres::Transaction;

use super::explain;
use crate::Release;

/// Installs the missing statements, notes the release, and drops statements that neither it nor the release
/// before it has. Returns true if any statement was missing.
pub async fn install(release: &Release, transaction: &Transaction<'_>) -> anyhow::Result<bool> {
    let installed = read_installed(transaction).await?;
    let mut is_incomplete = false;
    for (name, (framed, file)) in &release.statements {
        if !installed.contains(name) {
            is_incomplete = true;
            let create = format!("{}comment on function statements.{name} is '{file}'", framed.create);
            transaction.batch_execute(&create).await.map_err(|error| explain(file, &error))?;
        }
    }
    let statements: Vec<&String> = release.statements.keys().collect();
    let functions: Vec<&String> = release.functions.keys().collect();
    transaction
        .execute(
            "insert into app.releases (release, statements, functions) values ($1, $2, $3)
             on conflict (release) do update
                set installed_at = clock_timestamp(), functions = excluded.functions",
            &[&release.name, &statements, &functions],
        )
        .await?;
    let unused = transaction
        .query(
            "with kept as (select * from app.releases order by installed_at desc limit 2),
                  gone as (delete from app.releases where release not in (select release from kept))
             select proname::text from pg_proc
              where pronamespace = 'statements'::regnamespace
                -- A body that is a block has a function of its own.
                and regexp_replace(proname, '_body$', '') not in (select unnest(statements) from kept)",
            &[],
        )
        .await?;
    for row in unused {
        transaction.batch_execute(&format!("drop function statements.{}", row.get::<_, String>(0))).await?;
    }
    Ok(is_incomplete)
}

/// True if all statements of a release are installed.
pub async fn are_installed(release: &Release, transaction: &Transaction<'_>) -> anyhow::Result<bool> {
    let installed = read_installed(transaction).await?;
    Ok(release.statements.keys().all(|name| installed.contains(name)))
}

async fn read_installed(transaction: &Transaction<'_>) -> anyhow::Result<Vec<String>> {
    let names = "select proname::text from pg_proc where pronamespace = to_regnamespace('statements')";
    Ok(transaction.query(names, &[]).await?.iter().map(|row| row.get(0)).collect())
}
