//! Stored form of an event: a CloudEvent that names its topic.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// Adds the names of the pub/sub component and the topic to an event. Returns `None` if it is not a whole
/// CloudEvent. All other members are copied unparsed.
pub fn add_topic(event: &str, pubsub: &str, topic: &str) -> Option<String> {
    let (pubsub, topic) = (to_raw_value(pubsub).ok()?, to_raw_value(topic).ok()?);
    let mut members: BTreeMap<Cow<str>, &RawValue> = serde_json::from_str(event).ok()?;
    for name in ["specversion", "id", "source", "type"] {
        let text: Cow<str> = serde_json::from_str(members.get(name)?.get()).ok()?;
        if text.is_empty() {
            return None;
        }
    }
    members.extend([("pubsubname".into(), &*pubsub), ("topic".into(), &*topic)]);
    serde_json::to_string(&members).ok()
}
