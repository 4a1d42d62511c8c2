//! Subscriptions of consumers to topics.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

#[derive(Debug)]
pub struct Subscription {
    /// App id of the consumer.
    pub consumer: String,
    pub pubsub: String,
    pub topic: String,
    pub route: String,
    pub dead_letter_topic: Option<String>,
    /// Limits of a bulk, or `None` if events are delivered one by one.
    pub bulk: Option<Bulk>,
}

#[derive(Clone, Debug)]
pub struct Bulk {
    pub max_events: usize,
    /// Time to wait for more events after the first.
    pub max_wait: Duration,
}

impl Subscription {
    /// Parses the `spec` of a `Subscription`.
    pub fn parse(name: &str, spec: &Value, scopes: &[String]) -> Result<Self> {
        let text = |value: &Value, member: &str| -> Result<String> {
            value[member].as_str().map(str::to_owned).with_context(|| format!("{name}: {member} is missing"))
        };
        let bulk = &spec["bulkSubscribe"];
        let bulk = (bulk["enabled"] == true).then(|| Bulk {
            max_events: bulk["maxMessagesCount"].as_u64().unwrap_or(100) as usize,
            max_wait: Duration::from_millis(bulk["maxAwaitDurationMs"].as_u64().unwrap_or(1000)),
        });
        let [consumer] = scopes else { bail!("{name} must have one scope") };
        ensure!(spec["routes"]["rules"].is_null(), "{name}: only a default route is supported, and no rules");
        Ok(Self {
            consumer: consumer.clone(),
            pubsub: text(spec, "pubsubname")?,
            topic: text(spec, "topic")?,
            route: text(&spec["routes"], "default")?,
            dead_letter_topic: spec["deadLetterTopic"].as_str().map(str::to_owned),
            bulk,
        })
    }
}
