use std::path::Path;

use crate::database::{Database, stdout};

/// Rewrites the file if it differs, so that it only has to be committed.
#[tokio::test]
async fn schema_sql_shows_the_database_as_the_migrations_make_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/schema.sql");
    let database = Database::create("schema").await;
    stdout(&database.run(&["migrate", "up"]));

    let schema = operations::describe(&database.client).await.unwrap();

    if std::fs::read_to_string(&path).ok().as_ref() != Some(&schema) {
        std::fs::write(&path, schema).unwrap();
        panic!("migrations/schema.sql was out of date and is new now: look at it and commit it");
    }
}
