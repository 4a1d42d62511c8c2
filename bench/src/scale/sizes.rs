//! Sizes of tables on disk.

use anyhow::Context;
use operations::DatabaseUrl;

/// Table with its indexes and partitions.
pub struct Table {
    /// Name.
    pub name: String,
    /// Size on disk.
    pub bytes: i64,
    /// Number of rows, as vacuuming counted them.
    pub rows: i64,
}

/// Returns all tables, the largest first.
pub async fn read(database: &DatabaseUrl) -> anyhow::Result<Vec<Table>> {
    let client = database.connect().await?;
    let rows =
        client.query(include_str!("sizes.sql"), &[]).await.context("cannot read the sizes of tables")?;
    Ok(rows.iter().map(|row| Table { name: row.get(0), bytes: row.get(1), rows: row.get(2) }).collect())
}
