//! An event, as it is kept: a CloudEvent that says where it was published.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};

/// The event as it goes into a topic, if it is one: only whole CloudEvents are published here. What it holds is looked at no
/// further.
pub fn stamped(event: &str, pubsub: &str, topic: &str) -> Option<String> {
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
