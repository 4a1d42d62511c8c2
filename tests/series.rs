//! Series and their occurrences.

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
mod withdrawn;
mod zone;

use domain::{Field, TimeOrDay};
use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person, Response, bulk_of};

use crate::events::poll_until;

/// Path of the list of series.
const SERIES_PATH: &str = "/api/recurring-tasks";

/// Path to which Dapr delivers events of tasks.
const CONSUMER: &str = "/internal/recurrence/events";

/// Starts an app whose events stay pending until a test delivers them.
async fn app_without_sidecar() -> App {
    App::with(&[("app_api_token", DAPR_TOKEN)]).await
}

/// Returns an object with members added or replaced.
fn with(mut body: Value, members: Value) -> Value {
    let members = members.as_object().expect("members").clone();
    body.as_object_mut().expect("an object").extend(members);
    body
}

/// Returns an instant in UTC, whatever its offset was.
#[track_caller]
fn moment(value: &Value) -> String {
    match TimeOrDay::parse(value) {
        Ok(TimeOrDay::At(moment)) => moment.to_string(),
        _ => panic!("{value} is no moment"),
    }
}

#[track_caller]
fn moments(list: &Value) -> Vec<String> {
    list.as_array().expect("a list of moments").iter().map(moment).collect()
}

#[track_caller]
fn due_date_of(task: &Value) -> String {
    moment(&task["due_date"])
}

fn due_dates_of(tasks: &[Value]) -> Vec<String> {
    tasks.iter().map(due_date_of).collect()
}

/// Returns the path of a task.
fn path(task: &Value) -> String {
    format!("/api/tasks/{}", task["id"].as_str().expect("a task has an id"))
}

/// Returns the lead times of a task's pending reminders, the longest first.
async fn reminders(ada: &Person, task: &Value) -> Vec<Value> {
    let list = ada.get(&format!("{}/reminders", path(task))).await.expect(200).json();
    let items = list["items"].as_array().expect("a list has items").iter();
    items
        .filter(|reminder| reminder["status"] == "pending")
        .map(|reminder| reminder["before"].clone())
        .collect()
}

/// A series and its owner.
struct Series<'a> {
    app: &'a App,
    ada: &'a Person,
    id: String,
    path: String,
}

impl<'a> Series<'a> {
    /// Creates a series, titled "water plants" unless the members say otherwise.
    async fn start(app: &'a App, ada: &'a Person, members: Value) -> Self {
        let made = ada.post(SERIES_PATH, with(json!({ "title": "water plants" }), members)).await.expect(201);
        Self { app, ada, id: made.id(), path: made.header("location").to_owned() }
    }

    /// Creates a series that recurs daily at nine from 2031 on, with a reminder one hour before.
    async fn daily(app: &'a App, ada: &'a Person) -> Self {
        let start = "2031-01-01T09:00:00Z";
        let members = json!({ "frequency": "daily", "start_date": start, "reminders": [{ "before": "1h" }] });
        Self::start(app, ada, members).await
    }

    async fn get(&self) -> Value {
        self.ada.get(&self.path).await.expect(200).json()
    }

    async fn patch(&self, members: Value) -> Response {
        self.ada.patch(&self.path, members).await
    }

    /// Returns the tasks of the series that match a query, by due date.
    async fn tasks(&self, query: &str) -> Vec<Value> {
        let list =
            self.ada.get(&format!("/api/tasks?{query}&sort_by=due_date&limit=200")).await.expect(200).json();
        let items = list["items"].as_array().expect("a list has items").iter();
        items.filter(|task| task["recurring_task_id"] == self.id).cloned().collect()
    }

    /// Returns the only occurrence that is open and was not missed.
    async fn open_occurrence(&self) -> Value {
        let mut open = self.tasks("status=active&missed=false").await;
        assert_eq!(open.len(), 1, "{open:?}");
        open.remove(0)
    }

    /// Completes the open occurrence. The next one exists after the event is delivered.
    async fn complete(&self) -> Value {
        let complete = format!("{}/complete", path(&self.open_occurrence().await));
        self.ada.post(&complete, json!({})).await.expect(200).json()
    }

    /// Completes the open occurrence and returns the next one.
    async fn complete_and_deliver(&self) -> Value {
        self.complete().await;
        deliver(self.app).await;
        self.open_occurrence().await
    }

    /// Returns the due dates of the first occurrences, completing each in turn.
    async fn first_due_dates(&self, count: usize) -> Vec<String> {
        let mut due_dates = vec![due_date_of(&self.open_occurrence().await)];
        while due_dates.len() < count {
            due_dates.push(due_date_of(&self.complete_and_deliver().await));
        }
        due_dates
    }
}

/// Returns the task events that were not consumed yet, in order, as Dapr delivers them.
async fn pending_events(app: &App) -> Vec<Value> {
    let rows = "select topic, app.cloud_event(outbox)::json as event from app.outbox
                 where topic = 'task-events'
                   and not exists (select from app.consumed_events where consumed_events.event_id = outbox.event_id)
                 order by position";
    let rows = app.database.rows(rows).await.into_iter();
    rows.map(|row| with(row["event"].clone(), json!({ "topic": row["topic"], "pubsubname": "pubsub" })))
        .collect()
}

/// True if Dapr has to deliver nothing again.
fn is_acknowledged(response: &Response) -> bool {
    if response.status != 200 {
        return false;
    }
    let body = response.json();
    match body["statuses"].as_array() {
        Some(statuses) => statuses.iter().all(|one| one["status"] == "SUCCESS"),
        None => body["status"] == "SUCCESS",
    }
}

/// Delivers events one by one.
async fn deliver_one_by_one(app: &App, events: &[Value]) {
    for event in events {
        let response = app.as_dapr(CONSUMER).json(event).send().await;
        assert!(is_acknowledged(&response), "{event}: {response:?}");
    }
}

/// Delivers all pending events until they are consumed.
async fn deliver(app: &App) {
    for some in pending_events(app).await.chunks(100) {
        let bulk = bulk_of("task-events", some);
        poll_until("all events are consumed", async || {
            is_acknowledged(&app.as_dapr(CONSUMER).json(&bulk).send().await).then_some(())
        })
        .await;
    }
}

/// Returns the data of the event that announced a generated task.
async fn generated_event(app: &App, task: &Value) -> Value {
    let rows = "select app.cloud_event(outbox)::json -> 'data' as data
                  from app.outbox where type = 'recurring.generated'";
    let all = app.database.rows(rows).await.into_iter().map(|row| row["data"].clone());
    let mut of_task: Vec<Value> = all.filter(|data| data["task_id"] == task["id"]).collect();
    assert_eq!(of_task.len(), 1, "{of_task:?}");
    of_task.remove(0)
}

/// Returns the events that ended series, in order.
async fn end_events(app: &App) -> Vec<Value> {
    let rows =
        "select type, app.cloud_event(outbox)::json #> '{data,recurring_task_id}' as id from app.outbox
                 where type in ('recurring.stopped', 'recurring.ended') order by position";
    app.database.rows(rows).await
}
