//! Pages of long texts: each ends at a mebibyte, and the next one goes on.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{App, Person, Response};

/// Largest response.
pub const MEBIBYTE: usize = 1024 * 1024;

/// Inserts tasks with the longest descriptions: of characters that UTF-8 or JSON makes long.
pub async fn insert_long_tasks(app: &App, ada: &Person, count: u32) {
    let insert = format!(
        "insert into app.tasks (id, user_id, title, description)
         select gen_random_uuid(), '{}', 'task ' || n,
                repeat(case when n % 2 = 0 then chr(1) else chr(129408) end, 20000)
           from generate_series(1, {count}) as n",
        ada.id()
    );
    app.database.change(&insert).await;
}

/// Inserts audit events of a task whose long description changes.
pub async fn insert_long_events(app: &App, ada: &Person, task: &str, count: u32) {
    let insert = format!(
        "insert into app.audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
         select gen_random_uuid(), now() - interval '1 hour' + n * interval '1 second', 'task.updated',
                '{}', '{task}', n,
                json_build_object(
                    'seq', n, 'before', state, 'after', state, 'changes',
                    json_build_object('description', json_build_object('from', quotes, 'to', quotes)))
           from generate_series(1, {count}) as n,
                repeat('\"', 20000) as quotes, json_build_object('description', quotes) as state",
        ada.id()
    );
    app.database.change(&insert).await;
}

/// Asserts that a response is not too long, and returns its body.
#[track_caller]
fn short(response: Response) -> Value {
    let response = response.expect(200);
    assert!(response.text.len() <= MEBIBYTE, "{} bytes", response.text.len());
    response.json()
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().expect("a page has items").clone()
}

/// Returns all pages of a list, whose query must not be empty.
async fn pages(ada: &Person, list: &str) -> Vec<Value> {
    let (mut pages, mut path) = (Vec::new(), list.to_owned());
    while pages.len() < 100 {
        let page = short(ada.get(&path).await);
        let next = page["next_cursor"].as_str().map(|cursor| format!("{list}&cursor={cursor}"));
        pages.push(page);
        match next {
            Some(next) => path = next,
            None => return pages,
        }
    }
    panic!("{list} never ends");
}

/// Returns the ids of the items of all pages.
fn ids(pages: &[Value]) -> Vec<String> {
    pages.iter().flat_map(items).map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

fn distinct(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn a_list_of_long_tasks_goes_on_by_cursor_in_every_order() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_long_tasks(&app, &ada, 30).await;

    for query in ["limit=200", "limit=200&sort_by=title", "limit=200&sort_by=priority", "search=task"] {
        let pages = pages(&ada, &format!("/api/tasks?{query}")).await;

        assert!(pages.len() > 2, "{query}: {} pages", pages.len());
        assert!(pages.iter().all(|page| page["total"] == 30 && !items(page).is_empty()), "{query}");
        let ids = ids(&pages);
        assert_eq!((ids.len(), distinct(&ids)), (30, 30), "{query}");
    }
}

#[tokio::test]
async fn a_list_of_long_tasks_goes_on_by_the_number_of_tasks_that_came() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_long_tasks(&app, &ada, 30).await;
    let mut pages = Vec::new();

    while pages.last().is_none_or(|page: &Value| !page["next_cursor"].is_null()) {
        let offset = ids(&pages).len();
        pages.push(short(ada.get(&format!("/api/tasks?limit=200&offset={offset}")).await));
    }

    let ids = ids(&pages);
    assert_eq!((ids.len(), distinct(&ids)), (30, 30));
    assert!(pages.iter().all(|page| page["total"] == 30));
}

#[tokio::test]
async fn a_page_of_short_tasks_is_not_shortened() {
    let app = App::start().await;
    let ada = app.guest().await;
    let insert = format!(
        "insert into app.tasks (id, user_id, title, description)
         select gen_random_uuid(), '{}', 'task ' || n, repeat('\"', 2000) from generate_series(1, 201) as n",
        ada.id()
    );
    app.database.change(&insert).await;

    let page = short(ada.get("/api/tasks?limit=200").await);

    assert_eq!(items(&page).len(), 200);
    assert!(page["next_cursor"].is_string());
}

#[tokio::test]
async fn long_series_and_their_past_tasks_end_in_time() {
    let app = App::start().await;
    let ada = app.guest().await;
    let mut series = String::new();
    for number in 0..15 {
        let new = json!({ "title": format!("series {number}"), "description": "🦀".repeat(20_000),
                          "frequency": "daily", "start_date": "2031-01-01" });
        series = ada.post("/api/recurring-tasks", new).await.expect(201).id();
    }
    let insert = format!(
        "insert into app.tasks (id, user_id, title, description, recurring_task_id, occurrence)
         select gen_random_uuid(), '{}', 'task ' || n, repeat(chr(1), 20000), '{series}', n
           from generate_series(2, 61) as n",
        ada.id()
    );
    app.database.change(&insert).await;

    let pages = pages(&ada, "/api/recurring-tasks?limit=200").await;
    let one = short(ada.get(&format!("/api/recurring-tasks/{series}")).await);

    let ids = ids(&pages);
    assert!(pages.len() > 1);
    assert_eq!((ids.len(), distinct(&ids)), (15, 15));
    let past = one["past_occurrences"].as_array().expect("past tasks");
    assert!((2..50).contains(&past.len()), "{}", past.len());
    assert_eq!([&past[0]["title"], &past[1]["title"]], ["task 61", "task 60"]);
}

#[tokio::test]
async fn a_trail_of_long_descriptions_goes_on_by_cursor() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report" })).await.id();
    insert_long_events(&app, &ada, &task, 190).await;

    for list in ["/api/audit?limit=200".to_owned(), format!("/api/audit/tasks/{task}?limit=200")] {
        let pages = pages(&ada, &list).await;

        let seqs: Vec<u64> =
            pages.iter().flat_map(items).filter_map(|item| item["data"]["seq"].as_u64()).collect();
        assert_eq!(seqs, (1..=190).collect::<Vec<u64>>(), "{list}");
        assert!(pages.len() > 20, "{list}: {} pages", pages.len());
    }
}

/// Asks for changes until there are no more, and returns the position after each page.
async fn sync_to_the_end(ada: &Person, limit: usize, ids: &mut BTreeSet<String>) -> Vec<i64> {
    let mut positions = vec![0];
    loop {
        let since = positions[positions.len() - 1];
        let page = short(ada.get(&format!("/api/sync?since={since}&limit={limit}")).await);
        let changes = page["changes"].as_array().expect("a page has changes");
        assert!(!changes.is_empty() && changes.len() <= limit, "{} changes", changes.len());
        let mut last = since;
        for change in changes {
            let seq = change["seq"].as_i64().expect("a change has a seq");
            assert!(seq > last, "{seq} after {last}");
            last = seq;
            assert!(ids.insert(change["id"].as_str().expect("a change has an id").to_owned()), "{change}");
        }
        positions.push(page["seq"].as_i64().expect("a page has a seq"));
        if page["more"] == false {
            return positions;
        }
    }
}

#[tokio::test]
async fn a_sync_from_the_start_is_paged_before_the_last_forgotten_tombstone_too() {
    let app = App::start().await;
    let ada = app.account("ada@example.com").await;
    let credentials = json!({ "email": "ada@example.com", "password": "a sample password" });
    let other = app.person(&app.post("/api/auth/login", credentials).await.expect(200));
    insert_long_tasks(&app, &ada, 30).await;
    let tombstones = format!(
        "insert into app.tombstones (user_id, seq, kind, id)
         select '{0}', 100 + n, 'task', gen_random_uuid() from generate_series(1, 500) as n;
         update app.users set seq = 1000, forgotten_seq = 250 where id = '{0}'",
        ada.id()
    );
    app.database.change(&tombstones).await;

    let mut ids = BTreeSet::new();
    let positions = sync_to_the_end(&ada, 200, &mut ids).await;

    assert_eq!((ids.len(), positions.last()), (530, Some(&1000)));
    assert!(positions.len() > 5, "{positions:?}");
    // Only this client, which has just been there, may go on from there, and not for long.
    let early = positions[1];
    assert!(early < 30, "{positions:?}");
    ada.get(&format!("/api/sync?since={early}")).await.expect(200);
    other.get(&format!("/api/sync?since={early}")).await.problem(410);
    ada.get(&format!("/api/sync?since={}", early + 1)).await.problem(410);
    app.database.change("update app.full_syncs set started_at = started_at - interval '25 hours'").await;
    ada.get(&format!("/api/sync?since={early}")).await.problem(410);
}

#[tokio::test]
async fn two_syncs_from_the_start_at_once_do_not_disturb_each_other() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_long_tasks(&app, &ada, 30).await;
    app.database.change("update app.users set forgotten_seq = 29").await;

    let (mut one, mut two) = (BTreeSet::new(), BTreeSet::new());
    tokio::join!(sync_to_the_end(&ada, 7, &mut one), sync_to_the_end(&ada, 3, &mut two));

    assert_eq!((one.len(), two.len()), (30, 30));
}
