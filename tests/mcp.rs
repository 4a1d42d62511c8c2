//! The MCP server, as assistants use it.

mod access;
mod assistant;
mod confirm;
mod data;
mod events;
mod limits;
mod messages;
mod prompts;
mod protocol;
mod references;
mod resources;
mod responses;
mod times;
mod tools;
mod tools_json;
mod transport;

use serde_json::{Value, json};
use tests::{App, Person};

/// A valid id of no object.
const UNKNOWN_ID: &str = "019a0000-0000-7000-8000-000000000000";

/// All tools, in order.
const TOOL_NAMES: [&str; 22] = [
    "add_task",
    "list_tasks",
    "get_task",
    "update_task",
    "complete_task",
    "reopen_task",
    "delete_task",
    "set_task_priority",
    "set_task_due_date",
    "add_task_tags",
    "remove_task_tags",
    "search_tasks",
    "filter_tasks",
    "sort_tasks",
    "create_recurring_task",
    "list_recurring_tasks",
    "stop_recurring_task",
    "set_reminder",
    "list_reminders",
    "cancel_reminder",
    "get_task_history",
    "list_notifications",
];

/// Tools that only read.
const READ_ONLY: [&str; 9] = [
    "list_tasks",
    "get_task",
    "search_tasks",
    "filter_tasks",
    "sort_tasks",
    "list_recurring_tasks",
    "list_reminders",
    "get_task_history",
    "list_notifications",
];

/// Returns an object with members added or replaced.
fn with(mut one: Value, members: Value) -> Value {
    let members = members.as_object().expect("members").clone();
    one.as_object_mut().expect("an object").extend(members);
    one
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap_or_else(|| panic!("no id: {thing}"))
}

/// Returns the path of a task.
fn path(task: &Value) -> String {
    format!("/api/tasks/{}", id(task))
}

/// Returns the titles of a list, in order.
fn titles(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap_or_else(|| panic!("no items: {list}"));
    items.iter().map(|item| item["title"].as_str().unwrap_or_default()).collect()
}

/// Creates a task and returns it.
async fn create_task(ada: &Person, task: Value) -> Value {
    ada.create(task).await.json()
}

/// Creates tasks with these titles and returns them.
async fn create_many<const N: usize>(ada: &Person, titles: [&str; N]) -> [Value; N] {
    let mut made = Vec::new();
    for title in titles {
        made.push(create_task(ada, json!({ "title": title })).await);
    }
    made.try_into().expect("as many tasks as titles")
}

/// Completes a task and returns it.
async fn complete(ada: &Person, task: &Value) -> Value {
    ada.post(&format!("{}/complete", path(task)), json!({})).await.expect(200);
    reload(ada, task).await
}

/// Returns a task as the API shows it.
async fn reload(ada: &Person, task: &Value) -> Value {
    ada.get(&path(task)).await.expect(200).json()
}

/// Returns the current date in a time zone, plus some days.
async fn date_in(app: &App, timezone: &str, more: i32) -> String {
    let query = format!("select ((now() at time zone '{timezone}')::date + {more})::text as day");
    app.database.rows(&query).await[0]["day"].as_str().expect("a day").to_owned()
}

/// Returns all data that a call can change, and the number of events.
async fn snapshot(app: &App) -> Vec<Value> {
    let query = "select (select jsonb_agg(t order by t.id) from app.tasks t) as tasks,
                        (select jsonb_agg(s order by s.id) from app.series s) as series,
                        (select jsonb_agg(r order by r.id) from app.reminders r) as reminders,
                        (select jsonb_agg(n order by n.id) from app.notifications n) as notifications,
                        (select count(*) from app.outbox where topic = 'task-events') as events";
    app.database.rows(query).await
}

/// Returns type, actor and actor name of each event of tasks, series and reminders.
async fn event_summaries(app: &App) -> Vec<(String, String, Option<String>)> {
    let rows = "select type, actor, actor_name from app.outbox where topic = 'task-events' order by position";
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let all = app.database.rows(rows).await.into_iter();
    all.map(|row| {
        (
            text(&row["type"]).expect("a type"),
            text(&row["actor"]).expect("an actor"),
            text(&row["actor_name"]),
        )
    })
    .collect()
}

/// Returns the types of those events.
async fn event_types(app: &App) -> Vec<String> {
    event_summaries(app).await.into_iter().map(|(kind, ..)| kind).collect()
}

/// Inserts a notification about a task.
async fn notify(app: &App, ada: &Person, task: &Value) {
    let tell = format!(
        "insert into app.notifications (user_id, kind, title, task_ids, minute)
         values ('{}', 'reminder', 'call mom', '{{{}}}', now())",
        ada.id(),
        id(task)
    );
    app.database.change(&tell).await;
}

/// Data of a user for tool calls: a task, a series and a reminder.
struct Things {
    task: Value,
    series: Value,
    reminder: Value,
}

impl Things {
    async fn of(ada: &Person) -> Self {
        let task = json!({ "title": "call mom", "tags": ["family"], "due_date": "2031-04-02T17:00:00Z" });
        let task = create_task(ada, task).await;
        let reminder =
            ada.post(&format!("{}/reminders", path(&task)), json!({ "before": "1h" })).await.expect(201);
        let series =
            json!({ "title": "water plants", "frequency": "daily", "start_date": "2031-01-01T09:00:00Z" });
        let series = ada.post("/api/recurring-tasks", series).await.expect(201);
        Self { task, series: series.json(), reminder: reminder.json() }
    }

    /// Returns valid arguments of each tool, in the order of the list of tools.
    fn arguments(&self) -> [(&'static str, Value); 22] {
        let (task, series, reminder) = (id(&self.task), id(&self.series), id(&self.reminder));
        [
            ("add_task", json!({ "title": "buy milk" })),
            ("list_tasks", json!({})),
            ("get_task", json!({ "task": task })),
            ("update_task", json!({ "task": task, "title": "call dad" })),
            ("complete_task", json!({ "task": task })),
            ("reopen_task", json!({ "task": task })),
            ("delete_task", json!({ "task": task, "confirm": true })),
            ("set_task_priority", json!({ "task": task, "priority": "high" })),
            ("set_task_due_date", json!({ "task": task, "due_date": "2031-05-01" })),
            ("add_task_tags", json!({ "task": task, "tags": ["phone"] })),
            ("remove_task_tags", json!({ "task": task, "tags": ["family"] })),
            ("search_tasks", json!({ "search": "mom" })),
            ("filter_tasks", json!({ "tags": ["family"] })),
            ("sort_tasks", json!({ "sort_by": "title" })),
            ("create_recurring_task", json!({ "title": "pay the rent", "frequency": "monthly" })),
            ("list_recurring_tasks", json!({})),
            ("stop_recurring_task", json!({ "recurring_task": series, "confirm": true })),
            ("set_reminder", json!({ "task": task, "at": "2031-04-01T09:00:00Z" })),
            ("list_reminders", json!({ "task": task })),
            ("cancel_reminder", json!({ "reminder": reminder, "confirm": true })),
            ("get_task_history", json!({ "task": task })),
            ("list_notifications", json!({})),
        ]
    }
}
