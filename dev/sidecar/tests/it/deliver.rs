use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::world::{NOWHERE, World, app, changed, secrets};

const AUDIT: &str = "/internal/audit/events";
const RECURRENCE: &str = "/internal/recurrence/events";
const NOTIFICATIONS: &str = "/internal/notifications/events";

impl World {
    async fn publish(&self, topic: &str, key: &str, id: &str) {
        let event = json!({ "specversion": "1.0", "id": id, "source": "test", "type": "test", "data": {} });
        let path = format!("/v1.0/publish/pubsub/{topic}?metadata.partitionKey={key}");
        let kind = [("content-type", "application/cloudevents+json")];
        assert_eq!(self.call("POST", &path, &kind, &event.to_string()).await.status, 204);
    }
}

/// Requests that an app has received, in order: routes, and the ids of the events.
struct Received(Vec<(String, Vec<String>)>);

impl Received {
    /// Receives requests until a condition holds.
    async fn until(
        requests: &mut UnboundedReceiver<(String, Value)>,
        is_complete: impl Fn(&Self) -> bool,
    ) -> Self {
        let mut received = Self(Vec::new());
        while !is_complete(&received) {
            let (path, body) = requests.recv().await.unwrap();
            let id = |event: &Value| event["id"].as_str().unwrap_or_default().to_owned();
            let ids = match body["entries"].as_array() {
                Some(entries) => entries.iter().map(|entry| id(&entry["event"])).collect(),
                None => vec![id(&body)],
            };
            received.0.push((path, ids));
        }
        received
    }

    /// Returns the ids of the events that a route received.
    fn of(&self, route: &str) -> Vec<&str> {
        self.0.iter().filter(|(path, _)| path == route).flat_map(|(_, ids)| ids).map(String::as_str).collect()
    }
}

/// Returns the same status for all events of a delivery.
fn all(body: &Value, status: &str) -> Option<(u16, Value)> {
    let response = match body["entries"].as_array() {
        Some(entries) => {
            let of = |entry: &Value| json!({ "entryId": entry["entryId"], "status": status });
            json!({ "statuses": entries.iter().map(of).collect::<Vec<_>>() })
        }
        None => json!({ "status": status }),
    };
    Some((200, response))
}

#[tokio::test]
async fn each_consumer_continues_from_its_own_offset() {
    let world = World::new().await;
    // One consumer accepts all events, the other fails.
    let (address, mut requests) =
        app(|path, body| if path == RECURRENCE { Some((500, json!({}))) } else { all(body, "SUCCESS") })
            .await;
    world.sidecar.deliver_to(address);
    for id in ["1", "2", "3"] {
        world.publish("task-events", "ada", id).await;
        let received = Received::until(&mut requests, |received| received.of(AUDIT).contains(&id)).await;
        assert!(received.of(RECURRENCE).iter().all(|id| *id == "1"), "the other events wait for the first");
    }

    // The last event was delivered, so all before it were accepted; only the last may be delivered again.
    let world = world.restarted().await;
    let (address, mut requests) = app(|_, body| all(body, "SUCCESS")).await;
    world.sidecar.deliver_to(address);
    world.publish("task-events", "ada", "4").await;
    let is_complete =
        |received: &Received| [AUDIT, RECURRENCE].iter().all(|route| received.of(route).contains(&"4"));
    let received = Received::until(&mut requests, is_complete).await;

    assert_eq!(received.of(RECURRENCE), ["1", "2", "3", "4"]);
    assert!(received.of(AUDIT).iter().all(|id| ["3", "4"].contains(id)), "{:?}", received.of(AUDIT));
}

#[tokio::test]
async fn a_slow_event_delays_its_own_partition_only() {
    let bulk = "  bulkSubscribe:\n    enabled: true\n    maxMessagesCount: 100\n    maxAwaitDurationMs: 50\n";
    let (_folder, files) = changed("subscriptions/recurrence.yaml", bulk, "");
    let world = World::with_files(&files, |mailbox| secrets(NOWHERE, mailbox)).await;
    let (address, mut requests) =
        app(
            |path, body| if path == RECURRENCE && body["id"] == "long" { None } else { all(body, "SUCCESS") },
        )
        .await;
    world.sidecar.deliver_to(address);

    world.publish("task-events", "ada", "long").await;
    world.publish("task-events", "ada", "behind").await;
    // Some of so many users are in another partition.
    for user in 0..20 {
        world.publish("task-events", &format!("user-{user}"), "elsewhere").await;
    }

    let is_complete =
        |received: &Received| ["long", "elsewhere"].iter().all(|id| received.of(RECURRENCE).contains(id));
    let received = Received::until(&mut requests, is_complete).await;
    assert!(!received.of(RECURRENCE).contains(&"behind"), "{:?}", received.of(RECURRENCE));
}

#[tokio::test]
async fn a_dropped_event_becomes_a_dead_letter_of_its_consumer() {
    let world = World::new().await;
    let (address, mut requests) = app(|path, body| {
        let is_rejected = [RECURRENCE, NOTIFICATIONS].contains(&path);
        all(body, if is_rejected { "DROP" } else { "SUCCESS" })
    })
    .await;
    world.sidecar.deliver_to(address);

    for (topic, consumer) in [("task-events", "recurrence"), ("reminders", "notifications")] {
        world.publish(topic, "ada", topic).await;
        let route = format!("/internal/audit/dead-letters/{consumer}");
        let received = Received::until(&mut requests, |received| !received.of(&route).is_empty()).await;
        assert_eq!(received.of(&route), [topic]);
    }
}

#[tokio::test]
async fn waiting_events_are_delivered_in_bulk_to_each_consumer() {
    let world = World::new().await;
    for id in ["1", "2", "3"] {
        world.publish("reminders", "ada", id).await;
        world.publish("task-events", "ada", id).await;
    }
    let (address, mut requests) = app(|_, body| all(body, "SUCCESS")).await;
    world.sidecar.deliver_to(address);

    let is_complete =
        |received: &Received| [NOTIFICATIONS, RECURRENCE].iter().all(|route| received.of(route).len() == 3);
    let Received(log) = Received::until(&mut requests, is_complete).await;

    let of = |route: &str| -> Vec<&[String]> {
        log.iter().filter(|(path, _)| path == route).map(|(_, ids)| ids.as_slice()).collect()
    };
    assert_eq!(of(NOTIFICATIONS), [["1", "2", "3"]]);
    assert_eq!(of(RECURRENCE), [["1", "2", "3"]]);
}
