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

/// What an app was asked, in order: routes, and the ids of the events.
struct Asked(Vec<(String, Vec<String>)>);

impl Asked {
    /// Waits until it is enough.
    async fn until(coming: &mut UnboundedReceiver<(String, Value)>, is_enough: impl Fn(&Self) -> bool) -> Self {
        let mut asked = Self(Vec::new());
        while !is_enough(&asked) {
            let (path, body) = coming.recv().await.unwrap();
            let id = |event: &Value| event["id"].as_str().unwrap_or_default().to_owned();
            let ids = match body["entries"].as_array() {
                Some(entries) => entries.iter().map(|entry| id(&entry["event"])).collect(),
                None => vec![id(&body)],
            };
            asked.0.push((path, ids));
        }
        asked
    }

    /// The events that a route got.
    fn of(&self, route: &str) -> Vec<&str> {
        self.0.iter().filter(|(path, _)| path == route).flat_map(|(_, ids)| ids).map(String::as_str).collect()
    }
}

/// The same answer for all that was delivered.
fn all(body: &Value, status: &str) -> Option<(u16, Value)> {
    let answer = match body["entries"].as_array() {
        Some(entries) => {
            let of = |entry: &Value| json!({ "entryId": entry["entryId"], "status": status });
            json!({ "statuses": entries.iter().map(of).collect::<Vec<_>>() })
        }
        None => json!({ "status": status }),
    };
    Some((200, answer))
}

#[tokio::test]
async fn each_consumer_goes_on_from_where_it_has_come_to_whatever_becomes_of_the_others() {
    let world = World::new().await;
    // One takes all, the other nothing.
    let (address, mut coming) =
        app(|path, body| if path == RECURRENCE { Some((500, json!({}))) } else { all(body, "SUCCESS") }).await;
    world.sidecar.deliver_to(address);
    for id in ["1", "2", "3"] {
        world.publish("task-events", "ada", id).await;
        let asked = Asked::until(&mut coming, |asked| asked.of(AUDIT).contains(&id)).await;
        assert!(asked.of(RECURRENCE).iter().all(|tried| *tried == "1"), "the others wait for the first");
    }

    // The next was asked for, so those before have been taken; that one may come again.
    let world = world.restarted().await;
    let (address, mut coming) = app(|_, body| all(body, "SUCCESS")).await;
    world.sidecar.deliver_to(address);
    world.publish("task-events", "ada", "4").await;
    let is_enough = |asked: &Asked| [AUDIT, RECURRENCE].iter().all(|route| asked.of(route).contains(&"4"));
    let asked = Asked::until(&mut coming, is_enough).await;

    assert_eq!(asked.of(RECURRENCE), ["1", "2", "3", "4"]);
    assert!(asked.of(AUDIT).iter().all(|id| ["3", "4"].contains(id)), "{:?}", asked.of(AUDIT));
}

#[tokio::test]
async fn an_event_that_takes_long_holds_up_its_partition_and_no_other() {
    let bulk = "  bulkSubscribe:\n    enabled: true\n    maxMessagesCount: 100\n    maxAwaitDurationMs: 50\n";
    let (_folder, files) = changed("subscriptions/recurrence.yaml", bulk, "");
    let world = World::by(&files, |mailbox| secrets(NOWHERE, mailbox)).await;
    let (address, mut coming) =
        app(|path, body| if path == RECURRENCE && body["id"] == "long" { None } else { all(body, "SUCCESS") }).await;
    world.sidecar.deliver_to(address);

    world.publish("task-events", "ada", "long").await;
    world.publish("task-events", "ada", "behind").await;
    // Of so many users some are in another partition.
    for user in 0..20 {
        world.publish("task-events", &format!("user-{user}"), "elsewhere").await;
    }

    let is_enough = |asked: &Asked| ["long", "elsewhere"].iter().all(|id| asked.of(RECURRENCE).contains(id));
    let asked = Asked::until(&mut coming, is_enough).await;
    assert!(!asked.of(RECURRENCE).contains(&"behind"), "{:?}", asked.of(RECURRENCE));
}

#[tokio::test]
async fn what_a_consumer_cannot_take_comes_as_a_dead_letter_under_its_name() {
    let world = World::new().await;
    let (address, mut coming) = app(|path, body| {
        let is_refused = [RECURRENCE, NOTIFICATIONS].contains(&path);
        all(body, if is_refused { "DROP" } else { "SUCCESS" })
    })
    .await;
    world.sidecar.deliver_to(address);

    for (topic, consumer) in [("task-events", "recurrence"), ("reminders", "notifications")] {
        world.publish(topic, "ada", topic).await;
        let route = format!("/internal/audit/dead-letters/{consumer}");
        let asked = Asked::until(&mut coming, |asked| !asked.of(&route).is_empty()).await;
        assert_eq!(asked.of(&route), [topic]);
    }
}

#[tokio::test]
async fn what_waits_comes_many_at_once_to_each_consumer() {
    let world = World::new().await;
    for id in ["1", "2", "3"] {
        world.publish("reminders", "ada", id).await;
        world.publish("task-events", "ada", id).await;
    }
    let (address, mut coming) = app(|_, body| all(body, "SUCCESS")).await;
    world.sidecar.deliver_to(address);

    let is_enough = |asked: &Asked| [NOTIFICATIONS, RECURRENCE].iter().all(|route| asked.of(route).len() == 3);
    let Asked(asked) = Asked::until(&mut coming, is_enough).await;

    let of = |route: &str| -> Vec<&[String]> {
        asked.iter().filter(|(path, _)| path == route).map(|(_, ids)| ids.as_slice()).collect()
    };
    assert_eq!(of(NOTIFICATIONS), [["1", "2", "3"]]);
    assert_eq!(of(RECURRENCE), [["1", "2", "3"]]);
}
