//! The bodies of this release: found beside their use cases, and installed.

use std::collections::BTreeMap;

use anyhow::Context;
use store::Framed;
use tokio_postgres::Transaction;

use crate::files;
use crate::project;

/// Folder of the frames, which are no bodies.
const FRAMES: &str = "crates/store/src/frames/";

/// All bodies of this release, by name.
pub struct Release {
    /// A hash over all of them.
    pub name: String,
    bodies: BTreeMap<String, (Framed, String)>,
}

impl Release {
    /// Finds the bodies in the project: every `.sql` file below `crates/*/src` and `functions/*/src`
    /// but the frames themselves.
    pub fn of_project() -> anyhow::Result<Self> {
        let mut bodies = BTreeMap::new();
        for folder in ["crates", "functions"] {
            for path in files::find_below(&project::root().join(folder), &["sql"])? {
                let file = path.strip_prefix(project::root()).unwrap_or(&path).display().to_string();
                if file.starts_with(FRAMES) {
                    continue;
                }
                let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let body = std::fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
                let framed = store::frame(&stem, &body).map_err(|wrong| anyhow::anyhow!("{file}: {wrong}"))?;
                bodies.insert(framed.name.clone(), (framed, file));
            }
        }
        let names = bodies.keys().cloned().collect::<Vec<_>>().join("\n");
        Ok(Self { name: format!("{:016x}", store::checksum(&names)), bodies })
    }

    /// Installs what is missing, notes the release, and drops what neither it nor the one before it calls.
    pub async fn install(&self, transaction: &Transaction<'_>) -> anyhow::Result<()> {
        let installed: Vec<String> = transaction
            .query("select proname::text from pg_proc where pronamespace = 'bodies'::regnamespace", &[])
            .await?
            .iter()
            .map(|row| row.get(0))
            .collect();
        for (name, (framed, file)) in &self.bodies {
            if !installed.contains(name) {
                let create = format!("{}comment on function bodies.{name} is '{file}'", framed.create);
                transaction.batch_execute(&create).await.map_err(|error| explain(file, &error))?;
            }
        }
        let names: Vec<&String> = self.bodies.keys().collect();
        transaction
            .execute(
                "insert into app.releases (release, bodies) values ($1, $2)
                 on conflict (release) do update set installed_at = clock_timestamp()",
                &[&self.name, &names],
            )
            .await?;
        let unused = transaction
            .query(
                "with kept as (select * from app.releases order by installed_at desc limit 2),
                      gone as (delete from app.releases where release not in (select release from kept))
                 select proname::text from pg_proc
                  where pronamespace = 'bodies'::regnamespace
                    -- A body that is a block has a function of its own.
                    and regexp_replace(proname, '_body$', '') not in (select unnest(bodies) from kept)",
                &[],
            )
            .await?;
        for row in unused {
            transaction.batch_execute(&format!("drop function bodies.{}", row.get::<_, String>(0))).await?;
        }
        Ok(())
    }
}

/// What Postgres says of a file, in one line.
pub fn explain(file: &str, error: &tokio_postgres::Error) -> anyhow::Error {
    match error.as_db_error() {
        Some(cause) => {
            let hint = cause.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            anyhow::anyhow!("{file}: {}{hint}", cause.message())
        }
        None => anyhow::anyhow!("{file}: {error}"),
    }
}
