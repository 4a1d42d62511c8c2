//! `audit list`: lists the months of the audit trail in the database, and those in archive files.

use std::path::Path;

use tokio_postgres::Client;

use super::files::Archive;
use super::month::Month;

/// Prints the months of the database and the files of a folder.
pub async fn run(client: &Client, folder: &Path) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for month in Month::all(client).await? {
        let count = client.query_one(&format!("select count(*) from {}", month.partition()), &[]).await?;
        lines.push(format!("{month}  {} events  in the database", count.get::<_, i64>(0)));
    }
    let archives = if folder.exists() { Archive::all(folder)? } else { Default::default() };
    for archive in archives {
        // Unchecked: `restore` reads and checks the whole file.
        lines.push(match archive.manifest() {
            Ok(manifest) => format!("{}  {} events  {}", archive.month, manifest.rows, archive.name()),
            Err(error) => format!("{}  {error:#}", archive.month),
        });
    }
    lines.sort();
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}
