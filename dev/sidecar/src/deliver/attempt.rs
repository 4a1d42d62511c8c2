//! One attempt to deliver events.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::app::App;

const CLOUD_EVENT: &str = "application/cloudevents+json";

/// Route of a consumer.
pub struct Endpoint {
    /// Id of the consumer's partition, which is also the id of each of its bulks.
    pub id: String,
    pub route: String,
    pub topic: String,
    pub pubsub: String,
    /// True if the route takes bulks.
    pub is_bulk: bool,
    pub timeout: Duration,
    pub app: App,
}

/// Outcome of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    /// Rejected for good: the event becomes a dead letter without further attempts.
    Dropped,
    Failed,
}

/// Several events in one request, in Dapr's format.
#[derive(Serialize)]
struct BulkRequest<'a> {
    id: &'a str,
    metadata: Empty,
    topic: &'a str,
    pubsubname: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    entries: Vec<BulkEntry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BulkEntry<'a> {
    entry_id: String,
    content_type: &'static str,
    metadata: Empty,
    event: &'a RawValue,
}

#[derive(Serialize)]
struct Empty {}

impl Outcome {
    fn from_status(status: &Value) -> Self {
        match status.as_str() {
            Some("SUCCESS") => Self::Accepted,
            Some("DROP") => Self::Dropped,
            _ => Self::Failed,
        }
    }
}

impl Endpoint {
    /// Sends events in one request and returns their outcomes, in the same order.
    pub async fn attempt(&self, events: &[String]) -> Result<Vec<Outcome>> {
        let all = |outcome| vec![outcome; events.len()];
        let (content_type, body) = match (self.is_bulk, events) {
            (false, [event]) => (CLOUD_EVENT, event.clone()),
            _ => ("application/json", self.bulk_request(events)?),
        };
        Ok(match self.app.post(&self.route, content_type, body, self.timeout).await {
            Ok((200..=299, body)) => {
                let response: Value = serde_json::from_slice(&body).unwrap_or_default();
                match (self.is_bulk, &response["statuses"]) {
                    (false, _) if response["status"].is_null() => all(Outcome::Accepted),
                    (false, _) => all(Outcome::from_status(&response["status"])),
                    (true, Value::Array(statuses)) => bulk_outcomes(statuses, events.len()),
                    // An empty response accepts a single event, but not a bulk.
                    (true, _) => all(Outcome::Failed),
                }
            }
            // Dapr takes 404 as accepted, even with a dead-letter topic: the event is lost.
            Ok((404, _)) => all(Outcome::Accepted),
            Ok(_) | Err(_) => all(Outcome::Failed),
        })
    }

    fn bulk_request(&self, events: &[String]) -> Result<String> {
        let mut entries = Vec::new();
        for (number, event) in events.iter().enumerate() {
            let (entry_id, event) = (number.to_string(), serde_json::from_str(event)?);
            entries.push(BulkEntry { entry_id, content_type: CLOUD_EVENT, metadata: Empty {}, event });
        }
        let request = BulkRequest {
            id: &self.id,
            metadata: Empty {},
            topic: &self.topic,
            pubsubname: &self.pubsub,
            kind: "com.dapr.event.sent.bulk",
            entries,
        };
        Ok(serde_json::to_string(&request)?)
    }
}

/// Returns the outcomes of a bulk. Entries without a status have failed.
fn bulk_outcomes(statuses: &[Value], count: usize) -> Vec<Outcome> {
    let statuses: BTreeMap<&str, &Value> =
        statuses.iter().filter_map(|entry| Some((entry["entryId"].as_str()?, &entry["status"]))).collect();
    let status = |number: usize| statuses.get(number.to_string().as_str()).copied();
    (0..count).map(|number| status(number).map_or(Outcome::Failed, Outcome::from_status)).collect()
}
