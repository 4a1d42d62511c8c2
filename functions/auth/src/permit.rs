//! Permits to compute a password hash: a few in all processes together, so that hashes leave room for other
//! requests.

use std::time::Duration;

use serde_json::{Value, json};
use store::{Refusal, statement};
use web::{Problem, Request};

/// Pauses between attempts to claim a permit, in milliseconds.
const PAUSES_MS: [u64; 6] = [50, 100, 200, 400, 800, 1200];

/// Runs a costly computation with a permit. Call it when the caller is known and the limit is drawn. Without
/// a free permit it waits for one, without a connection to the database, and gives up after some seconds.
pub fn with_permit<T>(request: &Request, compute: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    let input = json!({ "holder": web::hex(&web::random::<16>()) });
    claim(request, &input)?;
    let computed = compute();
    // If this fails, the permit ends by itself, as after a crash.
    let _ = request.anonymous().rows(statement!("release_permit.sql"), &input);
    computed
}

fn claim(request: &Request, input: &Value) -> Result<(), Problem> {
    let mut pauses = PAUSES_MS.into_iter();
    loop {
        match request.anonymous().one(statement!("claim_permit.sql"), input) {
            Ok(_) => return Ok(()),
            Err(Refusal::NotFound) => match pauses.next() {
                Some(pause) => std::thread::sleep(Duration::from_millis(pause)),
                None => return Err(Problem::overloaded()),
            },
            Err(refusal) => return Err(refusal.into()),
        }
    }
}
