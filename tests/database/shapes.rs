//! The database returns the members that `domain` lists in its shapes.

use domain::shape::{COMPLETED_TASK, NOTIFICATION, REMINDER, SERIES, SERIES_WITH_OCCURRENCES, Shape, TASK};
use serde_json::{Value, json};
use tests::{App, Person};

const LATER: &str = "2099-07-01T09:00:00Z";

/// Asserts that the object has the members of the shape, in order, and no required one is missing.
fn assert_shape(object: &Value, shape: &Shape) {
    let names: Vec<&str> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected: Vec<&str> = shape
        .members()
        .filter(|member| member.is_required || names.contains(&member.name))
        .map(|member| member.name)
        .collect();
    assert_eq!(names, expected);
}

/// Returns the objects of one kind from `/api/sync`.
async fn synced(person: &Person, kind: &str) -> Vec<Value> {
    let changes = person.get("/api/sync").await.expect(200).json();
    let changes = changes["changes"].as_array().expect("changes");
    changes.iter().filter(|change| change["kind"] == kind).map(|change| change["data"].clone()).collect()
}

#[tokio::test]
async fn tasks_have_the_members_of_their_shape() {
    let app = App::start().await;
    let ada = app.guest().await;
    let created = ada.create(json!({ "title": "report", "due_date": LATER })).await;
    let path = created.header("location").to_owned();

    assert_shape(&created.json(), &TASK);
    assert_shape(&ada.get(&path).await.expect(200).json(), &TASK);
    assert_shape(&ada.get("/api/tasks").await.expect(200).json()["items"][0], &TASK);
    assert_shape(&synced(&ada, "task").await[0], &TASK);
    assert_shape(&ada.post(&format!("{path}/complete"), json!({})).await.expect(200).json(), &COMPLETED_TASK);
}

#[tokio::test]
async fn series_have_the_members_of_their_shape() {
    let app = App::start().await;
    let ada = app.guest().await;
    let series = json!({ "title": "water plants", "frequency": "weekly", "start_date": LATER });
    let created = ada.post("/api/recurring-tasks", series).await.expect(201);
    let path = format!("/api/recurring-tasks/{}", created.id());

    assert_shape(&created.json(), &SERIES);
    let patched = ada.patch(&path, json!({ "title": "water the plants" })).await.expect(200).json();
    assert_shape(&patched, &SERIES);
    assert_shape(&ada.get("/api/recurring-tasks").await.expect(200).json()["items"][0], &SERIES);
    assert_shape(&synced(&ada, "recurring_task").await[0], &SERIES);
    assert_shape(&ada.get(&path).await.expect(200).json(), &SERIES_WITH_OCCURRENCES);
}

#[tokio::test]
async fn reminders_and_notifications_have_the_members_of_their_shapes() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report", "due_date": LATER })).await;
    let path = task.header("location");
    for reminder in [json!({ "at": "2099-06-01T09:00:00Z" }), json!({ "before": "1h" })] {
        let created = ada.post(&format!("{path}/reminders"), reminder).await.expect(201);
        assert_shape(&created.json(), &REMINDER);
    }
    let (one, user) = (task.id(), ada.id());
    for tasks in [format!("'{one}'"), format!("'{one}', gen_random_uuid()")] {
        let insert = "insert into app.notifications (user_id, kind, title, task_ids, minute)";
        app.database
            .change(&format!("{insert} values ('{user}', 'digest', 'x', array[{tasks}]::uuid[], now())"))
            .await;
    }

    let reminders = synced(&ada, "reminder").await;
    let notifications = synced(&ada, "notification").await;
    assert_eq!((reminders.len(), notifications.len()), (2, 2));
    reminders.iter().for_each(|reminder| assert_shape(reminder, &REMINDER));
    notifications.iter().for_each(|notification| assert_shape(notification, &NOTIFICATION));
}

#[tokio::test]
async fn events_show_tasks_series_and_reminders_in_their_shapes() {
    let app = App::start().await;
    let ada = app.guest().await;
    let reminders = json!([{ "before": "1h" }]);
    let weekly = json!({ "frequency": "weekly" });
    let recurring = json!({ "title": "a", "due_date": LATER, "recurrence": weekly, "reminders": reminders });
    let path = ada.create(recurring).await.header("location").to_owned();
    ada.patch(&path, json!({ "title": "b" })).await.expect(200);

    let (mut seen, events) = (Vec::new(), app.database.events().await);
    for event in &events {
        let kind = event["type"].as_str().and_then(|kind| kind.split('.').next()).expect("a type");
        let shape = match kind {
            "task" => &TASK,
            "recurring" => &SERIES,
            "reminder" => &REMINDER,
            _ => continue,
        };
        for state in [&event["before"], &event["after"]].into_iter().filter(|state| state.is_object()) {
            seen.push(kind);
            let shown =
                shape.members().filter(|member| member.is_required || state.get(member.name).is_some());
            let mut expected: Vec<&str> = shown.map(|member| member.name).collect();
            let mut names: Vec<&str> =
                state.as_object().expect("an object").keys().map(String::as_str).collect();
            expected.sort_unstable();
            names.sort_unstable();
            assert_eq!(names, expected, "{event}");
        }
    }
    assert!(["task", "recurring"].iter().all(|kind| seen.contains(kind)), "{events:?}");
}
