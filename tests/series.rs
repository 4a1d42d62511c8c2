//! Series: tasks that come again and again.

mod bad;
mod calendar;
mod change;
mod complete;
mod create;
mod end;
mod list;
mod missed;
mod occurrence;
mod repeats;
mod trail;
mod zone;

use domain::{DueDate, Field};
use serde_json::{Value, json};
use tests::{Answer, App, DAPR_TOKEN, Person};

use crate::events::until;

/// Where series are.
const ALL: &str = "/api/recurring-tasks";

/// Where Dapr delivers what happens to them.
const CONSUMER: &str = "/internal/recurrence/events";

/// An app whose events wait until a test delivers them.
async fn quiet() -> App {
    App::with(&[("app_api_token", DAPR_TOKEN)]).await
}

/// The same with these members, whatever it had in their place.
fn with(mut body: Value, members: Value) -> Value {
    let members = members.as_object().expect("members").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

/// A moment, however it is written, in UTC.
#[track_caller]
fn moment(value: &Value) -> String {
    match DueDate::parse(value) {
        Ok(DueDate::At(moment)) => moment.to_string(),
        _ => panic!("{value} is no moment"),
    }
}

#[track_caller]
fn moments(list: &Value) -> Vec<String> {
    list.as_array().expect("a list of moments").iter().map(moment).collect()
}

#[track_caller]
fn due(task: &Value) -> String {
    moment(&task["due_date"])
}

fn dues(tasks: &[Value]) -> Vec<String> {
    tasks.iter().map(due).collect()
}

/// Where a task is.
fn path(task: &Value) -> String {
    format!("/api/tasks/{}", task["id"].as_str().expect("a task has an id"))
}

/// How long before it is due a task will remind its user, the longest first.
async fn reminders(ada: &Person, task: &Value) -> Vec<Value> {
    let list = ada.get(&format!("{}/reminders", path(task))).await.expect(200).json();
    let items = list["items"].as_array().expect("a list has items").iter();
    items.filter(|reminder| reminder["status"] == "pending").map(|reminder| reminder["before"].clone()).collect()
}

/// A series of somebody's.
struct Series<'a> {
    app: &'a App,
    ada: &'a Person,
    id: String,
    path: String,
}

impl<'a> Series<'a> {
    /// Makes one, called "water plants" unless the members say otherwise.
    async fn start(app: &'a App, ada: &'a Person, members: Value) -> Self {
        let made = ada.post(ALL, with(json!({ "title": "water plants" }), members)).await.expect(201);
        Self { app, ada, id: made.id(), path: made.header("location").to_owned() }
    }

    /// Makes one that comes every day at nine from 2031 on, an hour after its reminder.
    async fn daily(app: &'a App, ada: &'a Person) -> Self {
        let start = "2031-01-01T09:00:00Z";
        let members = json!({ "frequency": "daily", "start_date": start, "reminders": [{ "before": "1h" }] });
        Self::start(app, ada, members).await
    }

    async fn get(&self) -> Value {
        self.ada.get(&self.path).await.expect(200).json()
    }

    async fn patch(&self, members: Value) -> Answer {
        self.ada.patch(&self.path, members).await
    }

    /// Its tasks that fit, by their due dates.
    async fn tasks(&self, query: &str) -> Vec<Value> {
        let list = self.ada.get(&format!("/api/tasks?{query}&sort_by=due_date&limit=200")).await.expect(200).json();
        let items = list["items"].as_array().expect("a list has items").iter();
        items.filter(|task| task["recurring_task_id"] == self.id).cloned().collect()
    }

    /// The one occurrence that is open and was not missed.
    async fn open(&self) -> Value {
        let mut open = self.tasks("status=active&missed=false").await;
        assert_eq!(open.len(), 1, "{open:?}");
        open.remove(0)
    }

    /// Completes the open occurrence. The next one comes when the event is delivered.
    async fn complete(&self) -> Value {
        let complete = format!("{}/complete", path(&self.open().await));
        self.ada.post(&complete, json!({})).await.expect(200).json()
    }

    /// Completes the open occurrence and returns the next one.
    async fn go_on(&self) -> Value {
        self.complete().await;
        deliver(self.app).await;
        self.open().await
    }

    /// When the first occurrences are due, if each is completed.
    async fn come(&self, count: usize) -> Vec<String> {
        let mut came = vec![due(&self.open().await)];
        while came.len() < count {
            came.push(due(&self.go_on().await));
        }
        came
    }
}

/// What has happened and was not taken yet, in order, as Dapr delivers it.
async fn waiting(app: &App) -> Vec<Value> {
    let rows = "select topic, app.cloud_event(outbox)::json as event from app.outbox
                 where topic = 'task-events'
                   and not exists (select from app.deliveries where deliveries.event_id = outbox.event_id)
                 order by position";
    let rows = app.database.rows(rows).await.into_iter();
    rows.map(|row| with(row["event"].clone(), json!({ "topic": row["topic"], "pubsubname": "pubsub" }))).collect()
}

/// Several events as Dapr delivers them to a bulk subscription.
fn bulk_of(events: &[Value]) -> Value {
    let entries: Vec<Value> = events
        .iter()
        .map(|event| {
            json!({ "entryId": event["id"], "contentType": "application/cloudevents+json", "metadata": {}, "event": event })
        })
        .collect();
    json!({ "id": "a bulk", "topic": "task-events", "pubsubname": "pubsub", "type": "com.dapr.event.sent.bulk",
            "metadata": {}, "entries": entries })
}

/// Whether nothing of what was delivered needs to come again.
fn is_taken(answer: &Answer) -> bool {
    if answer.status != 200 {
        return false;
    }
    let said = answer.json();
    match said["statuses"].as_array() {
        Some(statuses) => statuses.iter().all(|one| one["status"] == "SUCCESS"),
        None => said["status"] == "SUCCESS",
    }
}

/// Delivers these one after the other.
async fn deliver_in_turn(app: &App, events: &[Value]) {
    for event in events {
        let answer = app.as_dapr(CONSUMER).json(event).send().await;
        assert!(is_taken(&answer), "{event}: {answer:?}");
    }
}

/// Delivers what was not taken yet, until it is.
async fn deliver(app: &App) {
    for some in waiting(app).await.chunks(100) {
        let bulk = bulk_of(some);
        until("all of them are taken", async || {
            is_taken(&app.as_dapr(CONSUMER).json(&bulk).send().await).then_some(())
        })
        .await;
    }
}

/// What was logged when a task was made.
async fn logged(app: &App, task: &Value) -> Value {
    let rows =
        "select app.cloud_event(outbox)::json -> 'data' as data from app.outbox where type = 'recurring.generated'";
    let all = app.database.rows(rows).await.into_iter().map(|row| row["data"].clone());
    let mut of_task: Vec<Value> = all.filter(|data| data["task_id"] == task["id"]).collect();
    assert_eq!(of_task.len(), 1, "{of_task:?}");
    of_task.remove(0)
}

/// Which series came to their end, and how, in order.
async fn ends(app: &App) -> Vec<Value> {
    let rows = "select type, app.cloud_event(outbox)::json #> '{data,recurring_task_id}' as id from app.outbox
                 where type in ('recurring.stopped', 'recurring.ended') order by position";
    app.database.rows(rows).await
}
