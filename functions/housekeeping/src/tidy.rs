//! `POST /internal/housekeeping`, from a cron binding

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

/// How many users' trash is looked through in one run: the next run goes on.
const USERS: usize = 200;

/// Each step is a transaction of its own and finds by itself what is left to do, so a run may end anywhere, and two at the
/// same time do each thing once.
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
