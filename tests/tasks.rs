//! Tasks and `/api/sync`.

mod complete;
mod conflict;
mod create;
mod delete;
mod due_date;
mod events;
mod idempotency;
mod ids;
mod list;
mod patch;
mod query;
mod search;
mod seq;
mod sync;
mod tags;
mod trash;
mod zone;

use serde_json::Value;
use tests::Person;

/// Returns the titles of the tasks that match a query, in order.
async fn find_titles(ada: &Person, query: &str) -> Vec<String> {
    ada.titles(&format!("/api/tasks?{query}")).await
}

/// Returns the query parameter that was rejected.
async fn wrong_parameter(ada: &Person, query: &str) -> Value {
    ada.get(&format!("/api/tasks?{query}")).await.problem(422)["errors"][0]["parameter"].clone()
}
