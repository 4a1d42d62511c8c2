//! Publishing events.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::answer::{Answer, Failure, broken, empty, fail, json};
use crate::call::Call;
use crate::event;
use crate::topics::Topics;

/// The pub/sub component.
pub struct Publish {
    pub topics: Arc<Topics>,
    pub pubsub: String,
}

/// One entry of a bulk publish.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(default)]
    entry_id: String,
    #[serde(borrow)]
    event: &'a RawValue,
    content_type: String,
    #[serde(default)]
    metadata: Key,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    #[serde(default)]
    partition_key: String,
}

impl Publish {
    pub async fn one(&self, pubsub: &str, topic: &str, call: &Call) -> Result<Answer, Failure> {
        let key = call.metadata().remove("partitionKey").unwrap_or_default();
        let text = std::str::from_utf8(&call.body).ok().filter(|_| is_cloud_event(call.header("content-type")));
        let Some(event) = text.and_then(|text| event::stamped(text, pubsub, topic)) else {
            return fail(StatusCode::BAD_REQUEST, "ERR_PUBSUB_CLOUD_EVENTS_SER", "that is no CloudEvent");
        };
        self.write(pubsub, topic, &[(key, event)]).await?;
        Ok(empty())
    }

    pub async fn many(&self, pubsub: &str, topic: &str, call: &Call) -> Result<Answer, Failure> {
        let unusable = |why: &str| fail(StatusCode::BAD_REQUEST, "ERR_PUBSUB_EVENTS_SER", why);
        let Ok(entries) = serde_json::from_slice::<Vec<Entry>>(&call.body) else {
            return unusable("that is no list of entries");
        };
        let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.entry_id.as_str()).collect();
        if ids.len() < entries.len() || ids.contains("") {
            return unusable("entryId is duplicated or not present for entry");
        }
        let (mut events, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let is_one = is_cloud_event(&entry.content_type);
            match event::stamped(entry.event.get(), pubsub, topic).filter(|_| is_one) {
                Some(event) => events.push((entry.metadata.partition_key, event)),
                None => failed.push(json!({ "entryId": entry.entry_id, "error": "that is no CloudEvent" })),
            }
        }
        self.write(pubsub, topic, &events).await?;
        if failed.is_empty() {
            return Ok(empty());
        }
        let body = json!({ "failedEntries": failed, "errorCode": "ERR_PUBSUB_PUBLISH_MESSAGE" });
        Ok(json(StatusCode::INTERNAL_SERVER_ERROR, &body))
    }

    async fn write(&self, pubsub: &str, topic: &str, events: &[(String, String)]) -> Result<(), Failure> {
        if pubsub != self.pubsub {
            return fail(StatusCode::NOT_FOUND, "ERR_PUBSUB_NOT_FOUND", format!("pubsub {pubsub} is not found"));
        }
        let failed = |why: &str| {
            let message = format!("error when publishing to topic {topic} in pubsub {pubsub}: {why}");
            broken("ERR_PUBSUB_PUBLISH_MESSAGE", message)
        };
        match self.topics.publish(topic, events).await {
            Ok(true) => Ok(()),
            Ok(false) => failed("there is no such topic"),
            Err(why) => failed(&why.to_string()),
        }
    }
}

fn is_cloud_event(kind: &str) -> bool {
    kind.starts_with("application/cloudevents+json")
}
