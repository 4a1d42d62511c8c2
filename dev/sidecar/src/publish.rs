//! Publishing events, one or in bulk.

use std::collections::BTreeSet;
use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::event;
use crate::request::ApiRequest;
use crate::response::{ApiError, ApiResponse, internal_error, json, no_content, reject};
use crate::topics::Topics;

const NOT_A_CLOUD_EVENT: &str = "not a CloudEvent";

/// The pub/sub component.
pub struct Publisher {
    pub topics: Arc<Topics>,
    pub pubsub: String,
}

/// Entry of a bulk.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(default)]
    entry_id: String,
    #[serde(borrow)]
    event: &'a RawValue,
    content_type: String,
    #[serde(default)]
    metadata: EntryMetadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryMetadata {
    #[serde(default)]
    partition_key: String,
}

impl Publisher {
    /// Handles `POST /v1.0/publish/{pubsub}/{topic}`.
    pub async fn publish(
        &self,
        pubsub: &str,
        topic: &str,
        request: &ApiRequest,
    ) -> Result<ApiResponse, ApiError> {
        let key = request.metadata().remove("partitionKey").unwrap_or_default();
        let is_cloud_event = is_cloud_event(request.header("content-type"));
        let text = std::str::from_utf8(&request.body).ok().filter(|_| is_cloud_event);
        let Some(event) = text.and_then(|text| event::add_topic(text, pubsub, topic)) else {
            return reject(StatusCode::BAD_REQUEST, "ERR_PUBSUB_CLOUD_EVENTS_SER", NOT_A_CLOUD_EVENT);
        };
        self.write(pubsub, topic, &[(key, event)]).await?;
        Ok(no_content())
    }

    /// Handles `POST /v1.0-alpha1/publish/bulk/{pubsub}/{topic}`.
    pub async fn publish_bulk(
        &self,
        pubsub: &str,
        topic: &str,
        request: &ApiRequest,
    ) -> Result<ApiResponse, ApiError> {
        let invalid = |message: &str| reject(StatusCode::BAD_REQUEST, "ERR_PUBSUB_EVENTS_SER", message);
        let Ok(entries) = serde_json::from_slice::<Vec<Entry>>(&request.body) else {
            return invalid("the body is not a list of entries");
        };
        let ids: BTreeSet<&str> = entries.iter().map(|entry| entry.entry_id.as_str()).collect();
        if ids.len() < entries.len() || ids.contains("") {
            return invalid("entryId is duplicated or not present for entry");
        }
        let (mut events, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let is_cloud_event = is_cloud_event(&entry.content_type);
            match event::add_topic(entry.event.get(), pubsub, topic).filter(|_| is_cloud_event) {
                Some(event) => events.push((entry.metadata.partition_key, event)),
                None => failed.push(json!({ "entryId": entry.entry_id, "error": NOT_A_CLOUD_EVENT })),
            }
        }
        self.write(pubsub, topic, &events).await?;
        if failed.is_empty() {
            return Ok(no_content());
        }
        let body = json!({ "failedEntries": failed, "errorCode": "ERR_PUBSUB_PUBLISH_MESSAGE" });
        Ok(json(StatusCode::INTERNAL_SERVER_ERROR, &body))
    }

    async fn write(&self, pubsub: &str, topic: &str, events: &[(String, String)]) -> Result<(), ApiError> {
        if pubsub != self.pubsub {
            return reject(
                StatusCode::NOT_FOUND,
                "ERR_PUBSUB_NOT_FOUND",
                format!("pubsub {pubsub} is not found"),
            );
        }
        self.topics.publish(topic, events).await.or_else(|error| {
            let message = format!("error when publishing to topic {topic} in pubsub {pubsub}: {error:#}");
            internal_error("ERR_PUBSUB_PUBLISH_MESSAGE", message)
        })
    }
}

fn is_cloud_event(content_type: &str) -> bool {
    content_type.starts_with("application/cloudevents+json")
}
