//! The database that every test gets a copy of.

use crate::database::Embedded;
use crate::database::setup::{create_if_missing, migrate};

/// Makes a fresh template for tests, and drops what earlier runs left.
pub async fn make_template(postgres: &Embedded) -> anyhow::Result<String> {
    const NAME: &str = "template_of_tests";
    let server = postgres.url("postgres");
    let client = server.connect().await?;
    let left = client
        .query("select datname::text from pg_database where datname = $1 or datname like 'test\\_%'", &[&NAME])
        .await?;
    for row in left {
        client.batch_execute(&format!("drop database \"{}\" with (force)", row.get::<_, String>(0))).await?;
    }
    create_if_missing(&server, NAME).await?;
    migrate(&server.with_database(NAME)).await?;
    Ok(NAME.into())
}
