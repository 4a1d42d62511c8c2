//! What is to be published after the answer.

use std::cell::RefCell;

use serde::Deserialize;

/// A shard of users whose events this request publishes, because nobody else does at the moment.
#[derive(Clone, Debug, Deserialize)]
pub struct Duty {
    /// Which.
    pub shard: i16,
    /// By what the database knows that it is this request.
    pub holder: String,
}

#[derive(Deserialize)]
struct Row {
    publish: Vec<Duty>,
}

thread_local! {
    // An instance of a component lives for one request, so these are the request's.
    static DUTIES: RefCell<Vec<Duty>> = const { RefCell::new(Vec::new()) };
}

/// What this request's calls have given it to publish. They are given out once.
pub fn duties() -> Vec<Duty> {
    DUTIES.take()
}

/// Notes the row, if it is about duties.
pub(crate) fn note(row: &str) -> bool {
    match row.starts_with(r#"{"publish""#).then(|| serde_json::from_str::<Row>(row)) {
        Some(Ok(Row { publish })) => {
            DUTIES.with_borrow_mut(|duties| duties.extend(publish));
            true
        }
        _ => false,
    }
}
