//! Reminders, and the notifications and mails that they cause.

mod bad;
mod create;
mod delivery;
mod digest;
mod done;
mod due;
mod foreign;
mod housekeeping;
mod list;
mod mail;
mod mail_faults;
mod moving;
mod notifications;
mod outages;
mod smtp;
mod snooze;

use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person, deliver_bulk};

use crate::events::poll_until;

/// A time in the future.
const LATER: &str = "2031-04-02T17:00:00+00:00";

const CRON: &str = "/internal/reminder-cron";
const EVENTS: &str = "/internal/notifications/events";
const MAIL: &str = "/internal/notifications/mail";

/// Starts an app in which nothing happens by itself: tests make the calls of Dapr, and events stay in the
/// outbox.
async fn app_without_sidecar() -> App {
    App::with(&[("app_api_token", DAPR_TOKEN)]).await
}

/// Creates a user who wants mail.
async fn user_with_mail(app: &App, name: &str) -> Person {
    let person = app.confirmed_user(&format!("{name}@example.com")).await;
    person.patch("/api/auth/me", json!({ "email_reminders": true })).await.expect(200);
    person
}

/// Returns the time in that many milliseconds.
fn in_ms(ms: u64) -> String {
    domain::rfc3339_from_ms(web::now_ms() + ms)
}

/// Changes the database directly. The writer publishes no events.
async fn change_silently(app: &App, change: &str) {
    let nobody = "select set_config('taskflow.checked_shards', '.0..1..2..3..4..5..6..7.', false)";
    app.database.change(&format!("{nobody}; {change}")).await;
}

// ── reminders ───────────────────────────────────────────────────────────────────────────────

/// Creates a task and returns its path.
async fn create_task(person: &Person, task: Value) -> String {
    person.create(task).await.header("location").to_owned()
}

/// Adds a reminder to a task and returns it.
async fn create_reminder(person: &Person, task: &str, when: Value) -> Value {
    person.post(&format!("{task}/reminders"), when).await.expect(201).json()
}

fn text<'a>(thing: &'a Value, member: &str) -> &'a str {
    thing[member].as_str().unwrap_or_else(|| panic!("no {member}: {thing}"))
}

fn path_of(reminder: &Value) -> String {
    format!("/api/reminders/{}", text(reminder, "id"))
}

fn task_of(reminder: &Value) -> String {
    format!("/api/tasks/{}", text(reminder, "task_id"))
}

async fn reminders(person: &Person, task: &str) -> Vec<Value> {
    let list = person.get(&format!("{task}/reminders")).await.expect(200).json();
    list["items"].as_array().expect("a list has items").clone()
}

/// Returns the current state of a reminder.
async fn reload(person: &Person, reminder: &Value) -> Value {
    let all = reminders(person, &task_of(reminder)).await;
    all.into_iter().find(|one| one["id"] == reminder["id"]).expect("the reminder is listed")
}

/// Returns the pending reminders of a user, in order.
async fn upcoming(person: &Person) -> Vec<Value> {
    all_pages(person, "/api/reminders?limit=50").await
}

/// Moves the time of a reminder into the past.
async fn make_overdue(app: &App, reminder: &Value, ago: &str) {
    let id = text(reminder, "id");
    change_silently(
        app,
        &format!("update app.reminders set remind_at = now() - interval '{ago}' where id = '{id}'"),
    )
    .await;
}

/// Creates a task with a reminder that is overdue by `ago`, and returns the reminder.
async fn create_due(app: &App, person: &Person, title: &str, ago: &str) -> Value {
    let task = create_task(person, json!({ "title": title, "reminders": [{ "at": LATER }] })).await;
    let reminder = reminders(person, &task).await.remove(0);
    make_overdue(app, &reminder, ago).await;
    reminder
}

/// Creates tasks of a user, `number 1` and so on, each with a reminder.
async fn create_many(app: &App, person: &Person, count: usize) {
    create_task(person, json!({ "title": "number 1", "reminders": [{ "at": LATER }] })).await;
    let id = person.id();
    let change = format!(
        "insert into app.tasks (id, user_id, title)
         select gen_random_uuid(), '{id}', 'number ' || number from generate_series(2, {count}) as number;
         insert into app.reminders
         select (jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'task_id', task.id))).*
           from app.reminders as one join app.tasks as task
                on task.user_id = one.user_id and task.id <> one.task_id
          where one.user_id = '{id}'"
    );
    change_silently(app, &change).await;
}

/// Moves the times of all reminders into one past second, in the order of the numbers of their tasks.
async fn make_all_overdue(app: &App, ago: &str) {
    let change = format!(
        "update app.reminders as one
            set remind_at = date_trunc('second', now() - interval '{ago}')
                            + place.number * interval '1 millisecond'
           from (select reminders.id,
                        row_number() over (order by length(tasks.title), tasks.title, reminders.user_id) - 1
                            as number
                   from app.reminders join app.tasks on tasks.id = reminders.task_id) as place
          where one.id = place.id"
    );
    change_silently(app, &change).await;
}

// ── calls of Dapr ───────────────────────────────────────────────────────────────────────────

/// Claims due reminders, in this call or in an earlier one that still runs.
async fn claim_due(app: &App) {
    app.as_dapr(CRON).send().await.expect(200);
    let unclaimed = "select 1 from app.reminders where status = 'pending' and notification_id is null
                        and remind_at <= now() and coalesce(claimed_until < now(), true)";
    poll_until("a claim", async || app.database.rows(unclaimed).await.is_empty().then_some(())).await;
}

/// Returns the pending `reminder.due` events of a reminder, and asserts their number.
async fn due_events(app: &App, reminder: &Value, count: usize) -> Vec<Value> {
    let events = events_about(pending_events(app, "reminder.due").await, reminder);
    assert_eq!(events.len(), count, "{events:?}");
    events
}

/// Returns the events of matching types that are not published yet, in order, as Dapr delivers them.
async fn pending_events(app: &App, types: &str) -> Vec<Value> {
    let query = format!(
        "select topic, app.cloud_event(outbox)::json as event
           from app.outbox where type like '{types}' order by position"
    );
    let rows = app.database.rows(&query).await;
    let delivered = |row: &Value| {
        let mut event = row["event"].clone();
        event["topic"] = row["topic"].clone();
        event["pubsubname"] = json!("pubsub");
        event
    };
    rows.iter().map(delivered).collect()
}

/// Keeps the events of one reminder.
fn events_about(events: Vec<Value>, reminder: &Value) -> Vec<Value> {
    events.into_iter().filter(|event| event["data"]["reminder_id"] == reminder["id"]).collect()
}

/// Delivers events in bulk and returns the status of each.
async fn deliver(app: &App, events: &[Value]) -> Vec<String> {
    deliver_bulk(app, EVENTS, "reminders", events).await
}

/// Claims and delivers due reminders. Earlier events are delivered again, as Dapr may do.
async fn claim_and_deliver(app: &App) {
    claim_due(app).await;
    for events in pending_events(app, "reminder.due").await.chunks(100) {
        let statuses = deliver(app, events).await;
        assert!(statuses.iter().all(|status| status == "SUCCESS"), "{statuses:?}");
    }
}

// ── notifications ───────────────────────────────────────────────────────────────────────────

/// Returns all items of a list, page by page.
async fn all_pages(person: &Person, path: &str) -> Vec<Value> {
    let (mut items, mut page) = (Vec::new(), person.get(path).await.expect(200).json());
    loop {
        items.extend(page["items"].as_array().expect("a list has items").clone());
        let Some(cursor) = page["next_cursor"].as_str() else { return items };
        page = person.get(&format!("{path}&cursor={cursor}")).await.expect(200).json();
    }
}

/// Returns the notifications of a user, the newest first.
async fn notifications(person: &Person) -> Vec<Value> {
    all_pages(person, "/api/notifications?limit=50").await
}

/// Returns the tasks of a notification.
fn tasks_of(notification: &Value) -> Vec<Value> {
    match notification["task_ids"].as_array() {
        Some(tasks) => tasks.clone(),
        None => vec![notification["task_id"].clone()],
    }
}

/// Returns the tasks that a user was notified of, the oldest notification first.
async fn notified_tasks(person: &Person) -> Vec<Value> {
    notifications(person).await.iter().rev().flat_map(tasks_of).collect()
}

/// Returns the tasks of a user in the order of their reminders.
async fn tasks_in_order(app: &App, person: &Person) -> Vec<Value> {
    let query =
        format!("select task_id from app.reminders where user_id = '{}' order by remind_at", person.id());
    app.database.rows(&query).await.into_iter().map(|row| row["task_id"].clone()).collect()
}

/// Returns the changes of one kind since a `seq`.
async fn changes(person: &Person, kind: &str, since: &Value) -> Vec<Value> {
    let page = person.get(&format!("/api/sync?since={since}")).await.expect(200).json();
    let changes = page["changes"].as_array().expect("a page has changes");
    changes.iter().filter(|change| change["kind"] == kind).cloned().collect()
}

/// Returns the current `seq` of a user.
async fn current_seq(person: &Person) -> Value {
    person.get("/api/sync").await.expect(200).json()["seq"].clone()
}
