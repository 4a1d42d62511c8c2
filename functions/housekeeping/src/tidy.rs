//! `POST /internal/housekeeping`, called by a cron binding

use serde_json::json;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

use crate::removals;

/// Maximum number of users whose trash is purged in one run. The next run continues.
const USERS: usize = 200;

/// Deletes expired data, and requeues dead letters that ran out of retries. Each step is a transaction of its
/// own and finds the remaining work itself, so a run can stop anywhere, and concurrent runs do not repeat
/// work.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let mut purged = 0;
    let users = request
        .service("housekeeping", None)
        .rows(statement!("users_with_old_trash.sql"), &json!({ "limit": USERS }))?;
    for user in users {
        let user: String =
            serde_json::from_str(&user).map_err(|error| Refusal::unreadable("the id of a user", error))?;
        purged += request
            .service("housekeeping", Some(user))
            .rows(statement!("purge_trash.sql"), &json!({}))?
            .len();
    }
    request.service("housekeeping", None).rows(statement!("tidy.sql"), &json!({}))?;
    request.service("housekeeping", None).rows(statement!("requeue_dead_letters.sql"), &json!({}))?;
    removals::run(request)?;
    Ok(Response::json(200, json!({ "purged": purged }).to_string()))
}
