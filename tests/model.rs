//! Random sequences of changes by several devices of one user, checked against a simple model: every
//! response, every list and every device that catches up through `/api/sync` must agree with it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tests::{App, Person, Response};

const DEVICES: usize = 3;

/// A step of one device. Tasks are numbered in order of creation, modulo their count.
#[derive(Clone, Debug)]
enum Step {
    Create { title: String, high: bool },
    Change { task: usize, change: Change, stale: Option<usize> },
    Sync { device: usize },
    List,
}

#[derive(Clone, Debug)]
enum Change {
    Rename(String),
    Complete,
    Reopen,
    Tag(u8),
    Untag(u8),
    Trash,
    Restore,
    Purge,
}

/// A task in the model.
#[derive(Clone, Debug, PartialEq)]
struct Task {
    title: String,
    priority: &'static str,
    completed: bool,
    tags: Vec<String>,
    trashed: bool,
    version: i64,
}

/// Expected state of the user's tasks; a purged task is `None`.
#[derive(Default)]
struct Model {
    tasks: Vec<(String, Option<Task>)>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let title = "[a-z]{1,8}";
    let change = prop_oneof![
        3 => title.prop_map(Change::Rename),
        3 => Just(Change::Complete),
        2 => Just(Change::Reopen),
        2 => (0..4_u8).prop_map(Change::Tag),
        1 => (0..4_u8).prop_map(Change::Untag),
        2 => Just(Change::Trash),
        2 => Just(Change::Restore),
        1 => Just(Change::Purge),
    ];
    // A third of the changes send the version that some device has seen, which may be an old one.
    let stale = prop_oneof![2 => Just(None), 1 => (0..DEVICES).prop_map(Some)];
    let step = prop_oneof![
        3 => (title, any::<bool>()).prop_map(|(title, high)| Step::Create { title, high }),
        8 => (0..100_usize, change, stale).prop_map(|(task, change, stale)| Step::Change { task, change, stale }),
        3 => (0..DEVICES).prop_map(|device| Step::Sync { device }),
        1 => Just(Step::List),
    ];
    proptest::collection::vec(step, 1..40)
}

/// A device and the state that it has received through `/api/sync`.
#[derive(Default)]
struct Device {
    seq: i64,
    known: BTreeMap<String, Value>,
}

impl Device {
    async fn sync(&mut self, person: &Person) {
        loop {
            let response =
                person.get(&format!("/api/sync?since={}&limit=3", self.seq)).await.expect(200).json();
            for change in response["changes"].as_array().unwrap() {
                let seq = change["seq"].as_i64().unwrap();
                assert!(seq > self.seq, "in order and without repeats: {response}");
                self.seq = seq;
                self.known.insert(change["id"].as_str().unwrap().to_owned(), change["data"].clone());
            }
            self.seq = response["seq"].as_i64().unwrap();
            if response["more"] == false {
                return;
            }
        }
    }
}

fn parse_task(task: &Value) -> Option<Task> {
    let text = |name: &str| task[name].as_str().unwrap().to_owned();
    (!task.is_null()).then(|| Task {
        title: text("title"),
        priority: if task["priority"] == "high" { "high" } else { "low" },
        completed: task["status"] == "completed",
        tags: task["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap().to_owned()).collect(),
        trashed: !task["deleted_at"].is_null(),
        version: task["version"].as_i64().unwrap(),
    })
}

async fn send(person: &Person, id: &str, change: &Change, expected: Option<i64>) -> Response {
    let path = format!("/api/tasks/{id}");
    let (method, path, body) = match change {
        Change::Rename(title) => ("PATCH", path, Some(json!({ "title": title }))),
        Change::Complete => ("POST", format!("{path}/complete"), None),
        Change::Reopen => ("POST", format!("{path}/reopen"), None),
        Change::Tag(tag) => ("POST", format!("{path}/tags"), Some(json!({ "tags": [format!("tag{tag}")] }))),
        Change::Untag(tag) => ("DELETE", format!("{path}/tags/tag{tag}"), None),
        Change::Trash => ("DELETE", path, None),
        Change::Restore => ("POST", format!("{path}/restore"), None),
        Change::Purge => ("DELETE", format!("{path}?permanent=true"), None),
    };
    let mut call = person.call(method, &path);
    if let Some(version) = expected {
        call = call.header("if-match", format!("\"{version}\""));
    }
    match body {
        Some(body) => call.json(&body).send().await,
        None => call.send().await,
    }
}

impl Model {
    /// Applies a change and returns the expected status.
    fn change(&mut self, task: usize, change: &Change, expected: Option<i64>) -> u16 {
        let slot = &mut self.tasks[task].1;
        let Some(task) = slot else { return 404 };
        if expected.is_some_and(|version| version != task.version) {
            return 412;
        }
        let works_in_trash = matches!(change, Change::Restore | Change::Purge);
        if task.trashed && !works_in_trash {
            return 404;
        }
        let before = task.clone();
        match change {
            Change::Rename(title) => task.title.clone_from(title),
            Change::Complete => task.completed = true,
            Change::Reopen => task.completed = false,
            Change::Tag(tag) => {
                let tag = format!("tag{tag}");
                if !task.tags.contains(&tag) {
                    task.tags.push(tag);
                }
            }
            Change::Untag(tag) => task.tags.retain(|known| *known != format!("tag{tag}")),
            Change::Trash => task.trashed = true,
            Change::Restore => task.trashed = false,
            Change::Purge => {
                *slot = None;
                return 204;
            }
        }
        if *task != before {
            task.version += 1;
        }
        if matches!(change, Change::Trash) { 204 } else { 200 }
    }

    fn titles(&self, trashed: bool) -> Vec<String> {
        let tasks = self.tasks.iter().rev().filter_map(|(_, task)| task.as_ref());
        tasks.filter(|task| task.trashed == trashed).map(|task| task.title.clone()).collect()
    }
}

async fn check(app: &App, steps: Vec<Step>) {
    let person = app.guest().await;
    let mut model = Model::default();
    let mut devices: [Device; DEVICES] = Default::default();
    for step in steps {
        match step {
            Step::Create { title, high } => {
                let priority = if high { "high" } else { "low" };
                let made = person.create(json!({ "title": title, "priority": priority })).await;
                let task =
                    Task { title, priority, completed: false, tags: Vec::new(), trashed: false, version: 1 };
                assert_eq!(parse_task(&made.json()).as_ref(), Some(&task));
                model.tasks.push((made.id(), Some(task)));
            }
            Step::Change { task, change, stale } if !model.tasks.is_empty() => {
                let task = task % model.tasks.len();
                let id = model.tasks[task].0.clone();
                let seen = stale.and_then(|device| devices[device].known.get(&id)?["version"].as_i64());
                let response = send(&person, &id, &change, seen).await;
                assert_eq!(
                    response.status,
                    model.change(task, &change, seen),
                    "{change:?} of {id}: {response:?}"
                );
                if response.status == 200 {
                    assert_eq!(parse_task(&response.json()), model.tasks[task].1, "{change:?}");
                }
            }
            Step::Sync { device } => devices[device].sync(&person).await,
            Step::Change { .. } => {}
            Step::List => {
                assert_eq!(person.titles("/api/tasks").await, model.titles(false));
                assert_eq!(person.titles("/api/tasks?deleted=true").await, model.titles(true));
            }
        }
    }
    for device in &mut devices {
        device.sync(&person).await;
        for (id, task) in &model.tasks {
            // A client that never saw a task need not receive its tombstone.
            let synced = device.known.get(id).cloned().unwrap_or_default();
            assert_eq!(&parse_task(&synced), task, "a device that has caught up knows {id}");
        }
    }
}

#[test]
fn any_sequence_of_changes_leaves_all_devices_with_the_same_state() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let app = runtime.block_on(App::start());
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(check(&app, steps));
            Ok(())
        })
        .unwrap();
}
