use serde_json::{Value, json};

use crate::world::World;

const CLOUD_EVENT: &str = "application/cloudevents+json";

fn event() -> Value {
    json!({ "specversion": "1.0", "id": "1", "source": "test", "type": "task.created", "data": {} })
}

fn entry(id: &str) -> Value {
    json!({ "entryId": id, "event": event(), "contentType": CLOUD_EVENT, "metadata": { "partitionKey": "k" } })
}

#[tokio::test]
async fn cloud_events_can_be_published_singly_and_in_bulk() {
    let world = World::new().await;
    let headers = [("content-type", CLOUD_EVENT)];
    let path = "/v1.0/publish/pubsub/task-events?metadata.partitionKey=a%20b";
    assert_eq!(world.call("POST", path, &headers, &event().to_string()).await.status, 204);
    let bulk = "/v1.0-alpha1/publish/bulk/pubsub/task-events";
    assert_eq!(world.post(bulk, json!([entry("1"), entry("2")])).await.status, 204);

    let mut invalid = entry("3");
    invalid["event"] = json!("not an event");
    let partial = world.post(bulk, json!([entry("1"), invalid])).await;
    assert_eq!((partial.status, partial.json()["failedEntries"][0]["entryId"].clone()), (500, "3".into()));
}

#[tokio::test]
async fn invalid_requests_are_rejected_as_by_dapr() {
    let world = World::new().await;
    let bulk = "/v1.0-alpha1/publish/bulk/pubsub/task-events";
    for entries in [json!([entry("1"), entry("1")]), json!([entry("")]), json!({})] {
        assert_eq!(world.post(bulk, entries).await.failure(), (400, "ERR_PUBSUB_EVENTS_SER".into()));
    }
    let publish = async |path: &str| {
        world.call("POST", path, &[("content-type", CLOUD_EVENT)], &event().to_string()).await.failure()
    };
    assert_eq!(publish("/v1.0/publish/elsewhere/task-events").await, (404, "ERR_PUBSUB_NOT_FOUND".into()));
    assert_eq!(publish("/v1.0/publish/pubsub/nothing").await, (500, "ERR_PUBSUB_PUBLISH_MESSAGE".into()));
    assert_eq!(publish("/v1.0/publish/pubsub").await, (404, "ERR_DIRECT_INVOKE".into()));
    // Dapr 1.14 parses this as a topic of a component named `bulk`.
    assert_eq!(publish("/v1.0/publish/bulk/pubsub/task-events").await, (404, "ERR_PUBSUB_NOT_FOUND".into()));
    let plain = world.post("/v1.0/publish/pubsub/task-events", event()).await;
    assert_eq!(plain.failure(), (400, "ERR_PUBSUB_CLOUD_EVENTS_SER".into()));
}
