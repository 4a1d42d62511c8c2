use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{App, Person};
use tokio::task::JoinHandle;

async fn sync(ada: &Person, since: i64) -> Value {
    without_epoch(ada.get(&format!("/api/sync?since={since}")).await.expect(200).json())
}

/// Returns a page without the name of its history, which each database has its own of.
fn without_epoch(mut page: Value) -> Value {
    let epoch = page.as_object_mut().expect("a page").remove("epoch");
    assert!(epoch.is_some_and(|epoch| epoch.as_str().is_some_and(|name| !name.is_empty())), "{page}");
    page
}

/// State of a device: the newest change of each thing.
#[derive(Debug, Default, PartialEq)]
struct Replica {
    seq: i64,
    things: BTreeMap<String, Value>,
}

impl Replica {
    /// Applies the next page, asserts that its changes are new and in order, and returns true if there are
    /// more.
    async fn page(&mut self, ada: &Person, limit: u32) -> bool {
        let path = format!("/api/sync?since={}&limit={limit}", self.seq);
        let page = ada.get(&path).await.expect(200).json();
        let mut last = self.seq;
        for change in page["changes"].as_array().expect("a page has changes") {
            let seq = change["seq"].as_i64().expect("a change has a seq");
            assert!(seq > last, "{seq} after {last}");
            last = seq;
            self.things.insert(change["id"].as_str().expect("a change has an id").to_owned(), change.clone());
        }
        self.seq = page["seq"].as_i64().expect("a page has a seq");
        assert!(self.seq >= last, "{} comes behind {last}", self.seq);
        page["more"].as_bool().expect("a page says whether there is more")
    }
}

#[tokio::test]
async fn a_full_sync_returns_everything_once_in_its_newest_state_and_in_order() {
    let app = App::start().await;
    let ada = app.guest().await;
    assert_eq!(sync(&ada, 0).await, json!({ "changes": [], "seq": 0, "more": false }));
    let one = ada.create(json!({ "title": "one" })).await;
    let two = ada.create(json!({ "title": "two" })).await;
    let one = ada.patch(one.header("location"), json!({ "title": "first" })).await.expect(200);
    app.guest().await.task("of somebody else").await;

    let all = sync(&ada, 0).await;

    let change = |seq: i64, data: Value| {
        json!({ "seq": seq, "kind": "task", "id": data["id"],
                                                 "deleted": false, "data": data })
    };
    assert_eq!(
        all,
        json!({ "changes": [change(2, two.json()), change(3, one.json())], "seq": 3, "more": false })
    );
    assert_eq!(without_epoch(ada.get("/api/sync").await.expect(200).json()), all);
}

#[tokio::test]
async fn an_incremental_sync_returns_only_new_changes() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("old").await;
    let seen = sync(&ada, 0).await["seq"].as_i64().unwrap();
    let new = ada.create(json!({ "title": "new" })).await;

    let page = sync(&ada, seen).await;

    assert_eq!(page["changes"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["changes"][0]["data"], new.json());
    let nothing = sync(&ada, page["seq"].as_i64().unwrap()).await;
    assert_eq!(nothing, json!({ "changes": [], "seq": page["seq"], "more": false }));
}

#[tokio::test]
async fn a_sync_includes_the_trash() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("old news").await;
    ada.delete(&task).await.expect(204);

    let change = sync(&ada, 1).await["changes"][0].clone();

    assert_eq!(change["deleted"], true);
    assert_eq!(change["data"]["title"], "old news");
    assert_ne!(change["data"]["deleted_at"], Value::Null);
    ada.post(&format!("{task}/restore"), json!({})).await.expect(200);
    assert_eq!(sync(&ada, 2).await["changes"][0]["deleted"], false);
}

#[tokio::test]
async fn a_purged_task_leaves_a_tombstone() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "old news" })).await;
    ada.delete(&format!("{}?permanent=true", task.header("location"))).await.expect(204);

    for since in [0, 1] {
        let tombstone = json!({ "seq": 2, "kind": "task", "id": task.id(), "deleted": true, "data": null });
        assert_eq!(sync(&ada, since).await, json!({ "changes": [tombstone], "seq": 2, "more": false }));
    }
}

#[tokio::test]
async fn a_tombstone_shows_nothing_of_another_user_who_has_taken_its_id() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let (task, reminder) = ("01980000-0000-7000-8000-000000000001", "01980000-0000-7000-8000-000000000002");
    let body = json!({
        "id": task,
        "title": "a secret",
        "due_date": "2031-04-02T17:00:00Z",
        "reminders": [{ "id": reminder, "at": "2031-04-01T17:00:00Z" }],
    });
    ada.create(body.clone()).await;
    ada.delete(&format!("/api/tasks/{task}?permanent=true")).await.expect(204);

    ben.create(body).await;

    let page = sync(&ada, 0).await;
    let changes = page["changes"].as_array().unwrap();
    let ids: Vec<_> = changes.iter().map(|change| change["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&task) && ids.contains(&reminder), "{page}");
    for change in changes {
        assert_eq!((&change["deleted"], &change["data"]), (&json!(true), &Value::Null), "{page}");
    }
}

#[tokio::test]
async fn a_long_sync_is_paged() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three"] {
        ada.task(title).await;
    }
    let titles = |page: &Value| -> Vec<Value> {
        page["changes"].as_array().unwrap().iter().map(|change| change["data"]["title"].clone()).collect()
    };

    let first = ada.get("/api/sync?limit=2").await.expect(200).json();
    assert_eq!(
        (titles(&first), &first["seq"], &first["more"]),
        (vec![json!("one"), json!("two")], &json!(2), &json!(true))
    );
    let last = ada.get("/api/sync?since=2&limit=2").await.expect(200).json();
    assert_eq!(
        (titles(&last), &last["seq"], &last["more"]),
        (vec![json!("three")], &json!(3), &json!(false))
    );
    let exact = ada.get("/api/sync?since=1&limit=2").await.expect(200).json();
    assert_eq!(exact["more"], false);
}

#[tokio::test]
async fn a_since_that_cannot_be_resumed_requires_a_full_sync() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three"] {
        ada.task(title).await;
    }

    ada.get("/api/sync?since=4").await.problem(410);
    sync(&ada, 3).await;

    app.database.change("update app.users set forgotten_seq = 2").await;
    ada.get("/api/sync?since=1").await.problem(410);
    assert_eq!(sync(&ada, 2).await["changes"].as_array().map(Vec::len), Some(1));
    assert_eq!(sync(&ada, 0).await["changes"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_paged_full_sync_can_be_resumed_from_each_page() {
    let app = App::start().await;
    let ada = app.guest().await;
    for number in 0..6 {
        ada.task(&format!("task {number}")).await;
    }
    app.database.change("update app.users set forgotten_seq = 4").await;

    let mut replica = Replica::default();
    while replica.page(&ada, 1).await {}

    assert_eq!(replica.things.len(), 6);
}

#[tokio::test]
async fn a_since_that_is_no_number_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    for query in ["since=-1", "since=now", "since=", "since=99999999999999999999"] {
        let problem = ada.get(&format!("/api/sync?{query}")).await.problem(422);
        assert_eq!(problem["errors"][0]["parameter"], "since", "{query}");
    }
}

#[tokio::test]
async fn a_sync_during_writes_misses_and_repeats_nothing() {
    let app = App::start().await;
    let ada = app.guest().await;
    app.database.change("update app.limits set requests = 1000000").await;
    let writers: Vec<JoinHandle<()>> = (0..4)
        .map(|writer| {
            let ada = ada.clone();
            tokio::spawn(async move {
                for round in 0..12 {
                    let task = ada.task(&format!("task {writer}-{round}")).await;
                    ada.patch(&task, json!({ "description": "more" })).await.expect(200);
                    match round % 4 {
                        0 => ada.delete(&task).await.expect(204),
                        1 => ada.delete(&format!("{task}?permanent=true")).await.expect(204),
                        2 => ada.post(&format!("{task}/complete"), json!({})).await.expect(200),
                        _ => continue,
                    };
                }
            })
        })
        .collect();

    let mut reader = Replica::default();
    loop {
        let finished = writers.iter().all(JoinHandle::is_finished);
        let more = reader.page(&ada, 7).await;
        if finished && !more {
            break;
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }

    let mut fresh = Replica::default();
    while fresh.page(&ada, 200).await {}
    assert_eq!(fresh.things.len(), 48);
    assert_eq!(reader, fresh);
}

async fn epoch(ada: &Person) -> String {
    let page = ada.get("/api/sync").await.expect(200).json();
    page["epoch"].as_str().expect("a page has an epoch").to_owned()
}

#[tokio::test]
async fn an_epoch_stays_the_same_and_is_accepted_with_any_position() {
    let app = App::start().await;
    let ada = app.guest().await;
    let epoch_at_first = epoch(&ada).await;

    ada.task("one").await;

    assert_eq!(epoch(&app.guest().await).await, epoch_at_first, "of all users");
    for since in ["", "&since=0", "&since=1"] {
        let page = ada.get(&format!("/api/sync?epoch={epoch_at_first}{since}")).await.expect(200).json();
        assert_eq!(page["epoch"], epoch_at_first, "{since}");
    }
}

#[tokio::test]
async fn a_position_of_another_database_requires_a_full_sync() {
    let (app, other) = (App::start().await, App::start().await);
    let (ada, elsewhere) = (app.guest().await, epoch(&other.guest().await).await);
    ada.task("one").await;

    assert_ne!(epoch(&ada).await, elsewhere, "although both are copies of one database");
    for query in [format!("epoch={elsewhere}"), format!("since=1&epoch={elsewhere}"), "epoch=x".into()] {
        let problem = ada.get(&format!("/api/sync?{query}")).await.problem(410);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("epoch")), "{problem}");
    }
    for query in ["epoch=", "epoch=%00", &format!("epoch={}", "x".repeat(65))] {
        let problem = ada.get(&format!("/api/sync?{query}")).await.problem(422);
        assert_eq!(problem["errors"][0]["parameter"], "epoch", "{query}");
    }
}

#[tokio::test]
async fn a_restored_database_has_another_epoch() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut known = vec![epoch(&ada).await];

    for restore in [
        // From a dump, into the same database: the rows are those of the original.
        "create table app.dump as table app.history; drop table app.history;
         create table app.history (like app.dump);
         insert into app.history table app.dump; drop table app.dump",
        "create table app.dump as table app.history; truncate app.history;
         insert into app.history table app.dump; drop table app.dump",
        // The command for a restore that Postgres cannot notice.
        "alter table app.history alter id set default gen_random_uuid(); update app.history set id = default",
    ] {
        app.database.change(restore).await;
        let now = epoch(&ada).await;
        assert!(!known.contains(&now), "{restore}");
        for before in &known {
            ada.get(&format!("/api/sync?epoch={before}")).await.problem(410);
        }
        known.push(now);
    }
}
