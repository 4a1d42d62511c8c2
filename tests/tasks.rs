//! Tasks.

mod complete;
mod conflict;
mod create;
mod delete;
mod due_date;
mod events;
mod idempotency;
mod list;
mod patch;
mod query;
mod search;
mod sync;
mod tags;
mod trash;

use serde_json::Value;
use tests::Person;

/// The titles of what a query finds, in its order.
async fn found(ada: &Person, query: &str) -> Vec<String> {
    ada.titles(&format!("/api/tasks?{query}")).await
}

/// The parameter that a query was refused for.
async fn wrong_parameter(ada: &Person, query: &str) -> Value {
    ada.get(&format!("/api/tasks?{query}")).await.problem(422)["errors"][0]["parameter"].clone()
}
