//! Where the caller lives.

use std::cell::RefCell;

use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    zone: String,
}

thread_local! {
    // An instance of a component lives for one request, so this is the request's.
    static LATEST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The zone of the caller, by its name: what the latest call said whose principal asked for it.
pub fn zone() -> Option<String> {
    LATEST.with_borrow(Clone::clone)
}

/// Notes the row, if it is about the zone.
pub(crate) fn note(row: &str) -> bool {
    match row.starts_with(r#"{"zone""#).then(|| serde_json::from_str::<Row>(row)) {
        Some(Ok(Row { zone })) => {
            LATEST.set(Some(zone));
            true
        }
        _ => false,
    }
}
