//! Tools, compared with the HTTP API.

mod changes;
mod descriptions;
mod foreign;
mod history;
mod invalid;
mod lists;
mod reminders;
mod series;
mod tasks;

use serde_json::Value;
use tests::Person;

/// Returns the response of the API.
async fn api(ada: &Person, path: &str) -> Value {
    ada.get(path).await.expect(200).json()
}
