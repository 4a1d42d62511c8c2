//! Deliveries: events on their way into a consumer.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Client, Refusal, Statement};

/// Event on one attempt to deliver it, with the input of the body that takes it.
#[derive(Debug, Serialize)]
pub struct Delivery {
    /// Id of the event.
    pub id: String,
    /// Type of the event.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Topic that it was published to.
    pub topic: &'static str,
    /// Time at which it happened.
    pub occurred_at: String,
    /// User that it belongs to.
    pub user_id: Option<String>,
    /// Task that it is about.
    pub task_id: Option<String>,
    /// Position among the user's changes.
    pub seq: i64,
    /// Correlation id of the request that it comes from.
    pub correlation_id: Option<String>,
    /// Trace that it belongs to.
    pub traceparent: Option<String>,
    /// Input of the body.
    pub input: Box<RawValue>,
}

#[derive(Serialize)]
struct Input<'a> {
    events: &'a [Delivery],
}

#[derive(Deserialize)]
struct Failed {
    event: String,
    refusal: Box<RawValue>,
}

impl Client<'_> {
    /// Calls a statement whose frame is `consumer`. Events that were taken before are skipped; those that
    /// fail are returned with the reason, and do not keep the others from being taken.
    pub fn take(&self, statement: Statement, events: &[Delivery]) -> Result<Vec<(String, Refusal)>, Refusal> {
        self.call(statement, &Input { events })?
            .all("failed")
            .map(|body| {
                let failed: Failed = serde_json::from_str(&body).map_err(|error| {
                    Refusal::unreadable(format!("a failure of {}", statement.stem), error)
                })?;
                Ok((failed.event, Refusal::read(statement.stem, failed.refusal.get(), 1.0)))
            })
            .collect()
    }
}
