//! `POST /internal/housekeeping`, called by a cron binding

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

/// Maximum number of users whose trash is purged in one run. The next run continues.
const USERS: usize = 200;

/// Deletes expired data. Each step is a transaction of its own and finds the remaining work itself, so a run
/// can stop anywhere, and concurrent runs do not repeat work.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let mut purged = 0;
    let users = store::run(
        statement!("users_with_old_trash.sql"),
        &request.service("housekeeping", None),
        &json!({ "limit": USERS }),
    )?;
    for user in users {
        let user: String =
            serde_json::from_str(&user).map_err(|error| Problem::fault(format!("a user's id: {error}")))?;
        purged +=
            store::run(statement!("purge_trash.sql"), &request.service("housekeeping", Some(user)), &json!({}))?.len();
    }
    store::run(statement!("tidy.sql"), &request.service("housekeeping", None), &json!({}))?;
    store::run(statement!("revive.sql"), &request.service("housekeeping", None), &json!({}))?;
    Ok(Response::json(200, json!({ "purged": purged }).to_string()))
}
