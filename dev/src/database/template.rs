//! The database that every test gets a copy of.

use crate::database::Embedded;
use crate::database::setup::{create_if_missing, migrate};

/// Makes the template for tests, in a Postgres that is empty.
pub async fn make_template(postgres: &Embedded) -> anyhow::Result<String> {
    const NAME: &str = "template_of_tests";
    let server = postgres.url("postgres");
    create_if_missing(&server, NAME).await?;
    migrate(&server.with_database(NAME)).await?;
    Ok(NAME.into())
}
