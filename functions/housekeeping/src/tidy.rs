//! `POST /internal/housekeeping`, called by a cron binding

use serde_json::json;
use store::{Reason, Refusal, statement};
use web::{Problem, Request, Response, log, now_ms};

use crate::removals;

const NAME: &str = "housekeeping";

/// Time of a part of the run in milliseconds, so that each part has its turn. The next run continues.
const PART_MS: u64 = 3000;

/// Time of the part that tidies up after users.
const USERS_MS: u64 = 10_000;

/// Number of dead letters that are requeued at once.
const REQUEUED: usize = 500;

/// Deletes expired data, finishes what requests have left, reports counted incidents, and requeues dead letters
/// that ran out of retries. Each step is a small transaction of its own and finds the remaining work itself, so
/// a run can stop anywhere, and concurrent runs do not repeat work. A part that fails does not keep the others
/// from theirs.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let mut purged = 0;
    let parts = [
        delete_expired(request),
        delete_idle_buckets(request),
        tidy_users(request, &mut purged),
        create_audit_months(request),
        report_incidents(request),
        requeue_dead_letters(request),
        removals::run(request),
    ];
    // The next run tries busy users and rows again.
    let failures = parts.into_iter().filter_map(Result::err);
    let mut failures = failures.filter(|refusal| !matches!(refusal, Refusal::Rejected(Reason::Busy)));
    let first = failures.next();
    failures.for_each(|refusal| log_fault(request, &refusal));
    match first {
        Some(refusal) => Err(refusal.into()),
        None => Ok(Response::json(200, json!({ "purged": purged }).to_string())),
    }
}

/// Repeats a step until it has nothing more to do, or the time of the part is over.
fn repeat(mut step: impl FnMut() -> Result<bool, Refusal>) -> Result<(), Refusal> {
    let end = now_ms() + PART_MS;
    while step()? && now_ms() < end {}
    Ok(())
}

fn delete_expired(request: &Request) -> Result<(), Refusal> {
    let client = request.service(NAME, None);
    repeat(|| Ok(client.one(statement!("delete_expired.sql"), &json!({}))? != "0"))
}

fn delete_idle_buckets(request: &Request) -> Result<(), Refusal> {
    let client = request.service(NAME, None);
    let mut after = String::new();
    repeat(|| {
        let last = client.rows(statement!("delete_idle_buckets.sql"), &json!({ "after": after }))?.pop();
        let Some(last) = last else { return Ok(false) };
        after =
            serde_json::from_str(&last).map_err(|error| Refusal::unreadable("the key of a bucket", error))?;
        Ok(true)
    })
}

/// Tidies up after users in turns, a step for each. One whose step fails is left to the next run, and does not
/// keep the others from theirs.
fn tidy_users(request: &Request, purged: &mut usize) -> Result<(), Refusal> {
    let end = now_ms() + USERS_MS;
    let mut skipped: Vec<String> = Vec::new();
    while now_ms() < end {
        let input = json!({ "skipped": skipped });
        let users = request.service(NAME, None).rows(statement!("users_to_tidy.sql"), &input)?;
        if users.is_empty() {
            break;
        }
        for user in users {
            if now_ms() >= end {
                break;
            }
            let user: String = serde_json::from_str(&user)
                .map_err(|error| Refusal::unreadable("the id of a user", error))?;
            let client = request.service(NAME, Some(user.clone()));
            match client.rows(statement!("tidy_user.sql"), &json!({})) {
                Ok(tasks) => *purged += tasks.len(),
                Err(refusal) => {
                    if !matches!(refusal, Refusal::Rejected(Reason::Busy)) {
                        log_fault(request, &refusal);
                    }
                    skipped.push(user);
                }
            }
        }
    }
    Ok(())
}

fn create_audit_months(request: &Request) -> Result<(), Refusal> {
    request.service(NAME, None).rows(statement!("create_audit_months.sql"), &json!({})).map(drop)
}

fn report_incidents(request: &Request) -> Result<(), Refusal> {
    request.service(NAME, None).rows(statement!("report_incidents.sql"), &json!({})).map(drop)
}

fn requeue_dead_letters(request: &Request) -> Result<(), Refusal> {
    let client = request.service(NAME, None);
    let input = json!({ "limit": REQUEUED });
    repeat(|| Ok(client.rows(statement!("requeue_dead_letters.sql"), &input)?.len() == REQUEUED))
}

fn log_fault(request: &Request, refusal: &Refusal) {
    log::fault(NAME, request.correlation_id(), "a part of housekeeping failed", refusal);
}
