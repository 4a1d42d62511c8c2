//! How much the caller may still ask for.

use std::cell::RefCell;

use serde::Deserialize;

/// The tightest of the limits that a request counted against.
#[derive(Clone, Debug, Deserialize)]
pub struct Quota {
    /// Which limit.
    pub policy: String,
    /// How many requests it allows.
    pub quota: u64,
    /// In how many seconds.
    pub seconds: f64,
    /// How many are left.
    pub remaining: u64,
    /// Seconds until all of them are there again, or the next one where none is left.
    pub reset: f64,
}

#[derive(Deserialize)]
struct Row {
    quota: Quota,
}

thread_local! {
    // An instance of a component lives for one request, so this is the request's.
    static LATEST: RefCell<Option<Quota>> = const { RefCell::new(None) };
}

/// What the latest call in this request said of limits.
pub fn quota() -> Option<Quota> {
    LATEST.with_borrow(Clone::clone)
}

/// Notes the row, if it is about limits.
pub(crate) fn note(row: &str) -> bool {
    match row.starts_with(r#"{"quota""#).then(|| serde_json::from_str::<Row>(row)) {
        Some(Ok(Row { quota })) => {
            LATEST.set(Some(quota));
            true
        }
        _ => false,
    }
}
