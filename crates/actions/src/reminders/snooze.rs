//! Snoozes a reminder.

use domain::{ItemId, Snooze};
use serde::Serialize;
use store::{Client, Reason, Refusal, statement};

use super::explain;

#[derive(Serialize)]
struct Input<'a> {
    id: ItemId,
    snooze: &'a Snooze,
}

/// Snoozes a reminder of the caller once.
pub fn snooze(client: &Client<'_>, id: ItemId, snooze: &Snooze) -> Result<String, Refusal> {
    client.one(statement!("snooze.sql"), &Input { id, snooze }).map_err(|refusal| match refusal {
        Refusal::Rejected(Reason::PastTime) => Refusal::invalid_member("until", "is in the past"),
        other => explain(other),
    })
}
