//! Kept answers of requests with an idempotency key.

use serde::Serialize;

use crate::{Client, Refusal, ReplayKey, statement};

#[derive(Serialize)]
struct Input<'a> {
    key: &'a ReplayKey,
}

impl Client<'_> {
    /// Finds the kept answer for a key. Returns the id of the thing that the first request was about.
    pub fn replayed_id(&self, key: &ReplayKey) -> Result<Option<String>, Refusal> {
        Ok(self.call(statement!("replay.sql"), &Input { key })?.take("row"))
    }
}
