//! Bulk deliveries of events, as Dapr makes them.

use serde_json::{Value, json};

use crate::App;

/// Returns a bulk delivery of events, as Dapr sends it to a bulk subscription.
pub fn bulk_of(topic: &str, events: &[Value]) -> Value {
    let entry = |(number, event): (usize, &Value)| {
        json!({ "entryId": number.to_string(), "contentType": "application/cloudevents+json", "metadata": {},
                "event": event })
    };
    let entries: Vec<Value> = events.iter().enumerate().map(entry).collect();
    json!({ "id": "a bulk", "topic": topic, "pubsubname": "pubsub", "type": "com.dapr.event.sent.bulk",
            "metadata": {}, "entries": entries })
}

/// Delivers events in bulk to the consumer at a path, and returns the status of each.
pub async fn deliver_bulk(app: &App, path: &str, topic: &str, events: &[Value]) -> Vec<String> {
    let response = app.as_dapr(path).json(&bulk_of(topic, events)).send().await.expect(200).json();
    let statuses = response["statuses"].as_array().expect("a status for each").iter().enumerate();
    statuses
        .map(|(number, one)| {
            assert_eq!(one["entryId"], number.to_string());
            one["status"].as_str().expect("a status").to_owned()
        })
        .collect()
}
