use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{App, Person};

use super::{find_titles, wrong_parameter};

/// Inserts tasks with equal or absent sort keys.
async fn insert_tasks(app: &App, ada: &Person) {
    let insert = format!(
        "insert into app.tasks (id, user_id, title, description, priority, status, due_date, completed_at,
                                created_at, updated_at)
         select ('019a0000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '{}',
                (array['apple', 'Banana', 'banana', 'milk'])[1 + n % 4],
                case when n % 3 = 0 then 'milk' when n % 3 = 1 then 'milk and more milk' end,
                (array['low', 'medium', 'high'])[1 + n % 3],
                case when n % 2 = 0 then 'completed' else 'active' end,
                case when n % 4 <> 0 then timestamptz '2031-01-01T00:00:00Z' + n % 3 * interval '1 day' end,
                case when n % 2 = 0 then timestamptz '2025-01-01T00:00:00.123456Z' + n % 3 * interval '1 hour' end,
                timestamptz '2024-01-01T00:00:00.000001Z' + n % 5 * interval '1 microsecond',
                timestamptz '2024-02-01T00:00:00Z' - n % 7 * interval '1 minute'
           from generate_series(1, 23) as n",
        ada.id()
    );
    app.database.change(&insert).await;
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().expect("a list has items");
    items.iter().map(|task| task["id"].as_str().expect("a task has an id").to_owned()).collect()
}

async fn list(ada: &Person, query: &str) -> Value {
    ada.get(&format!("/api/tasks?{query}")).await.expect(200).json()
}

/// Returns the ids of all pages of a list, and the set of totals that the pages reported.
async fn pages(ada: &Person, query: &str, limit: usize) -> (Vec<String>, BTreeSet<u64>) {
    let (mut all, mut totals) = (Vec::new(), BTreeSet::new());
    let mut path = format!("{query}&limit={limit}");
    for _ in 0..100 {
        let page = list(ada, &path).await;
        totals.insert(page["total"].as_u64().expect("a list has a total"));
        all.extend(ids(&page));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{query}&limit={limit}&cursor={cursor}"),
            None => return (all, totals),
        }
    }
    panic!("{query} never ends");
}

/// Returns the cursor with another sort key in it.
async fn tamper(app: &App, cursor: &str, key: &str) -> String {
    let padded = format!("rpad(translate('{cursor}', '-_', '+/'), (length('{cursor}') + 3) / 4 * 4, '=')");
    let parts =
        format!("jsonb_set(convert_from(decode({padded}, 'base64'), 'UTF8')::jsonb, '{{0}}', '{key}')::text");
    let query =
        format!("select translate(encode(convert_to({parts}, 'UTF8'), 'base64'), E'+/=\\n', '-_') as cursor");
    app.database.rows(&query).await[0]["cursor"].as_str().expect("a cursor").to_owned()
}

#[tokio::test]
async fn priorities_may_be_repeated_or_separated_by_commas() {
    let app = App::start().await;
    let ada = app.guest().await;
    for priority in ["low", "medium", "high"] {
        ada.create(json!({ "title": priority, "priority": priority })).await;
    }

    assert_eq!(find_titles(&ada, "priority=low").await, ["low"]);
    assert_eq!(find_titles(&ada, "priority=LOW,high").await, ["high", "low"]);
    assert_eq!(find_titles(&ada, "priority=low&priority=high").await, ["high", "low"]);
    assert_eq!(find_titles(&ada, "priority=low,medium&priority=high").await, ["high", "medium", "low"]);
    assert_eq!(wrong_parameter(&ada, "priority=low,urgent").await, "priority");
}

#[tokio::test]
async fn tags_match_all_or_any() {
    let app = App::start().await;
    let ada = app.guest().await;
    for (title, tags) in
        [("both", json!(["home", "o'clock \"{x}\\"])), ("home", json!(["home"])), ("none", json!([]))]
    {
        ada.create(json!({ "title": title, "tags": tags })).await;
    }
    let strange = "o%27clock%20%22%7Bx%7D%5C";

    assert_eq!(find_titles(&ada, "tags=home").await, ["home", "both"]);
    assert_eq!(find_titles(&ada, &format!("tags={strange}")).await, ["both"]);
    assert_eq!(find_titles(&ada, &format!("tags=home,{strange}")).await, ["both"]);
    assert_eq!(find_titles(&ada, &format!("tags=home&tags={strange}&tags_mode=all")).await, ["both"]);
    assert_eq!(find_titles(&ada, &format!("tags={strange},home&tags_mode=any")).await, ["home", "both"]);
    assert_eq!(find_titles(&ada, "tags=Home").await, [] as [&str; 0]);
    assert_eq!(wrong_parameter(&ada, "tags=home,").await, "tags");
}

#[tokio::test]
async fn bounds_of_the_due_date_are_inclusive_instants() {
    let app = App::start().await;
    let ada = app.guest().await;
    for day in ["2031-01-01", "2031-01-02", "2031-01-03"] {
        ada.create(json!({ "title": day, "due_date": format!("{day}T12:00:00Z") })).await;
    }
    ada.task("never due").await;

    assert_eq!(find_titles(&ada, "due_after=2031-01-02T12:00:00Z").await, ["2031-01-03", "2031-01-02"]);
    assert_eq!(find_titles(&ada, "due_after=2031-01-02T12:00:01Z").await, ["2031-01-03"]);
    assert_eq!(
        find_titles(&ada, "due_before=2031-01-02T14:00:00%2B02:00").await,
        ["2031-01-02", "2031-01-01"]
    );
    assert_eq!(find_titles(&ada, "due_before=2031-01-02T11:59:59Z").await, ["2031-01-01"]);
    let both = "due_after=2031-01-02T12:00:00Z&due_before=2031-01-02T12:00:00Z";
    assert_eq!(find_titles(&ada, both).await, ["2031-01-02"]);
}

#[tokio::test]
async fn a_date_as_a_bound_is_the_whole_day_in_the_users_time_zone() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    for (title, due) in [
        ("before", "2031-04-15T03:59:59Z"),
        ("first", "2031-04-15T04:00:00Z"),
        ("last", "2031-04-16T03:59:59Z"),
        ("after", "2031-04-16T04:00:00Z"),
    ] {
        ada.create(json!({ "title": title, "due_date": due })).await;
    }
    ada.create(json!({ "title": "all day", "due_date": "2031-04-15" })).await;

    assert_eq!(
        find_titles(&ada, "due_after=2031-04-15&due_before=2031-04-15").await,
        ["all day", "last", "first"]
    );
    assert_eq!(find_titles(&ada, "due_after=2031-04-15").await, ["all day", "after", "last", "first"]);
    assert_eq!(find_titles(&ada, "due_before=2031-04-15").await, ["all day", "last", "first", "before"]);
    assert_eq!(find_titles(&ada, "due_after=2031-04-16").await, ["after"]);
}

#[tokio::test]
async fn a_day_lasts_from_its_first_midnight_to_that_of_the_next_day() {
    let app = App::start().await;
    for (zone, day, [before, first, last, after]) in [
        // At one the clocks there go back to midnight.
        (
            "Atlantic/Azores",
            "2031-10-25",
            ["2031-10-24T23:59:59Z", "2031-10-25T00:00:00Z", "2031-10-25T23:59:59Z", "2031-10-26T00:00:00Z"],
        ),
        (
            "Atlantic/Azores",
            "2031-10-26",
            ["2031-10-25T23:59:59Z", "2031-10-26T00:00:00Z", "2031-10-27T00:59:59Z", "2031-10-27T01:00:00Z"],
        ),
        (
            "America/Havana",
            "2031-11-02",
            ["2031-11-02T03:59:59Z", "2031-11-02T04:00:00Z", "2031-11-03T04:59:59Z", "2031-11-03T05:00:00Z"],
        ),
        // From eleven they go forward to midnight,
        (
            "America/Nuuk",
            "2031-03-29",
            ["2031-03-29T01:59:59Z", "2031-03-29T02:00:00Z", "2031-03-30T00:59:59Z", "2031-03-30T01:00:00Z"],
        ),
        // and here from midnight to one.
        (
            "America/Santiago",
            "2031-09-07",
            ["2031-09-07T03:59:59Z", "2031-09-07T04:00:00Z", "2031-09-08T02:59:59Z", "2031-09-08T03:00:00Z"],
        ),
    ] {
        let ada = app.guest_in(zone).await;
        for (title, due) in [("before", before), ("first", first), ("last", last), ("after", after)] {
            ada.create(json!({ "title": title, "due_date": due })).await;
        }

        let found = find_titles(&ada, &format!("due_after={day}&due_before={day}")).await;
        assert_eq!(found, ["last", "first"], "{zone}: {day}");
    }
}

#[tokio::test]
async fn bounds_of_the_completion_accept_instants_and_dates() {
    let app = App::start().await;
    let ada = app.guest_in("Asia/Tokyo").await;
    for title in ["early", "late", "to do"] {
        ada.task(title).await;
    }
    let complete = "update app.tasks set status = 'completed', completed_at = case title
                        when 'early' then timestamptz '2025-05-01T14:59:59Z' else '2025-05-01T15:00:00Z' end
                     where title <> 'to do'";
    app.database.change(complete).await;

    assert_eq!(find_titles(&ada, "completed_after=2025-05-01T15:00:00Z").await, ["late"]);
    assert_eq!(find_titles(&ada, "completed_before=2025-05-01T14:59:59Z").await, ["early"]);
    assert_eq!(
        find_titles(&ada, "completed_after=2025-05-01T14:59:59Z&completed_before=2025-05-01T15:00:00Z")
            .await
            .len(),
        2
    );
    assert_eq!(find_titles(&ada, "completed_before=2025-05-01").await, ["early"]);
    assert_eq!(find_titles(&ada, "completed_after=2025-05-02&completed_before=2025-05-02").await, ["late"]);
    assert_eq!(find_titles(&ada, "completed_after=2025-05-01&status=active").await, [] as [&str; 0]);
}

#[tokio::test]
async fn overdue_tasks_are_open_and_due_before_now() {
    let app = App::start().await;
    let ada = app.guest().await;
    let past =
        |title: &str| json!({ "title": title, "due_date": "2020-01-01T00:00:00Z", "allow_past": true });
    ada.create(past("overdue")).await;
    let done = ada.create(past("done")).await;
    ada.post(&format!("{}/complete", done.header("location")), json!({})).await.expect(200);
    ada.create(json!({ "title": "to come", "due_date": "2031-01-01" })).await;
    ada.task("never due").await;

    assert_eq!(find_titles(&ada, "overdue=true").await, ["overdue"]);
    assert_eq!(find_titles(&ada, "overdue=false").await, ["never due", "to come", "done"]);
    assert_eq!(list(&ada, "overdue=false&limit=1").await["total"], 3);
    assert_eq!(wrong_parameter(&ada, "overdue=maybe").await, "overdue");
}

#[tokio::test]
async fn missed_occurrences_can_be_filtered() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("missed").await;
    ada.task("made").await;
    app.database.change("update app.tasks set missed = true where title = 'missed'").await;

    assert_eq!(find_titles(&ada, "missed=true").await, ["missed"]);
    assert_eq!(find_titles(&ada, "missed=false").await, ["made"]);
}

#[tokio::test]
async fn the_trash_can_be_filtered() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.create(json!({ "title": "kept", "priority": "high" })).await;
    for (title, priority) in [("gone low", "low"), ("gone high", "high")] {
        let made = ada.create(json!({ "title": title, "priority": priority })).await;
        ada.delete(made.header("location")).await.expect(204);
    }

    assert_eq!(find_titles(&ada, "deleted=true").await, ["gone high", "gone low"]);
    assert_eq!(find_titles(&ada, "deleted=true&priority=high").await, ["gone high"]);
    assert_eq!(find_titles(&ada, "deleted=true&search=low").await, ["gone low"]);
    assert_eq!(find_titles(&ada, "deleted=false").await, ["kept"]);
}

#[tokio::test]
async fn combined_filters_must_all_match() {
    let app = App::start().await;
    let ada = app.guest().await;
    let fits = json!({ "title": "call mom", "priority": "high", "tags": ["home"], "due_date": "2031-01-02" });
    for (member, other) in [
        ("title", json!("write mom")),
        ("priority", json!("low")),
        ("tags", json!(["work"])),
        ("due_date", json!("2031-01-03")),
    ] {
        let mut task = fits.clone();
        task[member] = other;
        ada.create(task).await;
    }
    let done = ada.create(fits.clone()).await;
    ada.post(&format!("{}/complete", done.header("location")), json!({})).await.expect(200);
    let fit = ada.create(fits).await;

    let query = "status=active&priority=high,medium&tags=home&due_after=2031-01-02&due_before=2031-01-02&overdue=false\
                 &missed=false&search=call&deleted=false";
    let all = list(&ada, query).await;

    assert_eq!(ids(&all), [fit.id()]);
    assert_eq!(all["total"], 1);
    assert_eq!(all["next_cursor"], Value::Null);
}

#[tokio::test]
async fn every_order_is_stable_and_puts_tasks_without_the_key_last() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;
    for (sort_by, key) in [
        ("due_date", "due_date"),
        ("priority", "array_position(array['low', 'medium', 'high'], priority)"),
        ("created_at", "created_at"),
        ("completed_at", "completed_at"),
        ("updated_at", "updated_at"),
        ("title", "lower(title)"),
    ] {
        for order in ["asc", "desc"] {
            let query = format!("select id from app.tasks order by {key} {order} nulls last, id {order}");
            let rows = app.database.rows(&query).await;
            let expected: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
            let given = list(&ada, &format!("sort_by={sort_by}&sort_order={order}")).await;
            assert_eq!(ids(&given), expected, "{sort_by} {order}");
        }
        let given = list(&ada, &format!("sort_by={sort_by}")).await;
        assert_eq!(given, list(&ada, &format!("sort_by={sort_by}&sort_order=asc")).await);
    }
}

#[tokio::test]
async fn the_pages_make_up_the_whole_list_in_every_order() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;
    for sort_by in ["due_date", "priority", "created_at", "completed_at", "updated_at", "title", "relevance"]
    {
        for order in ["asc", "desc"] {
            let filter = if sort_by == "relevance" { "&search=milk" } else { "" };
            let query = format!("sort_by={sort_by}&sort_order={order}{filter}");
            let whole = list(&ada, &query).await;
            assert!(ids(&whole).len() > 10, "{query}");
            for limit in [1, 4] {
                let (all, totals) = pages(&ada, &query, limit).await;
                assert_eq!(all, ids(&whole), "{query} by {limit}");
                assert_eq!(totals, BTreeSet::from([ids(&whole).len() as u64]), "{query} by {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_continues_at_its_position_despite_new_tasks() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three", "four"] {
        ada.task(title).await;
    }
    let first = list(&ada, "limit=2").await;
    let cursor = first["next_cursor"].as_str().expect("there is more");

    ada.task("five").await;
    ada.delete(&format!("/api/tasks/{}", ids(&first)[1])).await.expect(204);

    assert_eq!(find_titles(&ada, &format!("limit=2&cursor={cursor}")).await, ["two", "one"]);
    assert_eq!(
        find_titles(&ada, &format!("limit=1&cursor={cursor}")).await,
        ["two"],
        "another limit is the same list"
    );
}

#[tokio::test]
async fn a_cursor_of_another_list_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    ada.task("one").await;
    ada.task("two").await;
    let first = list(&ada, "limit=1&status=active").await;
    let cursor = first["next_cursor"].as_str().expect("there is more");

    for other in ["", "status=completed", "status=active&priority=low", "status=active&sort_by=title"] {
        assert_eq!(
            wrong_parameter(&ada, &format!("{other}&limit=1&cursor={cursor}")).await,
            "cursor",
            "{other}"
        );
    }
    for garbage in ["x", "bm90aGluZw", "W10", "%F0%9F%91%8B", "", "WyJhIiwiYiIsImMiXQ", &cursor[1..]] {
        assert_eq!(
            wrong_parameter(&ada, &format!("status=active&cursor={garbage}")).await,
            "cursor",
            "{garbage}"
        );
    }
    let problem = ada.get(&format!("/api/tasks?status=active&offset=0&cursor={cursor}")).await.problem(422);
    assert!(["offset", "cursor"].map(Value::from).contains(&problem["errors"][0]["parameter"]), "{problem}");
}

#[tokio::test]
async fn a_cursor_with_an_invalid_key_is_rejected() {
    let app = App::start().await;
    let ada = app.guest().await;
    insert_tasks(&app, &ada).await;
    let cases: [(&str, &[&str]); 5] = [
        (
            "sort_by=created_at",
            &["\"yesterday\"", "\"2031-01-01\"", "\"2031-01-01T00:00:00+20:00\"", "7", "null"],
        ),
        ("sort_by=due_date", &["\"1\"", "\"infinity\"", "{}", "\"2031-01-01T00:00:00+20:00\""]),
        ("sort_by=priority", &["\"high\"", "\"1.5\"", "\"99999999999\"", "\"\"", "\"NaN\"", "null"]),
        ("sort_by=relevance&search=milk", &["\"much\"", "\"1e999\"", "\"1e-60\"", "null"]),
        ("sort_by=title", &["[]", "null"]),
    ];
    for (query, keys) in cases {
        let first = list(&ada, &format!("{query}&limit=1")).await;
        let cursor = first["next_cursor"].as_str().expect("there is more");
        for key in keys {
            let cursor = tamper(&app, cursor, key).await;
            assert_eq!(
                wrong_parameter(&ada, &format!("{query}&cursor={cursor}")).await,
                "cursor",
                "{query} {key}"
            );
        }
    }
}

#[tokio::test]
async fn an_offset_skips_the_first_tasks() {
    let app = App::start().await;
    let ada = app.guest().await;
    for title in ["one", "two", "three", "four"] {
        ada.task(title).await;
    }

    assert_eq!(find_titles(&ada, "offset=1&limit=2").await, ["three", "two"]);
    let beyond = list(&ada, "offset=4").await;
    assert_eq!(beyond, json!({ "items": [], "total": 4, "next_cursor": null }));
    let middle = list(&ada, "offset=1&limit=1").await;
    let cursor = middle["next_cursor"].as_str().expect("there is more");
    assert_eq!(find_titles(&ada, &format!("cursor={cursor}")).await, ["two", "one"]);
}

#[tokio::test]
async fn a_page_has_fifty_tasks_by_default_and_the_total_follows_every_change() {
    let app = App::start().await;
    let ada = app.guest().await;
    let insert = format!(
        "insert into app.tasks (id, user_id, title) select gen_random_uuid(), '{}', 'task ' || n
           from generate_series(1, 600) as n",
        ada.id()
    );
    app.database.change(&insert).await;
    let total = async |query: &str| list(&ada, query).await["total"].clone();

    let first = list(&ada, "").await;
    assert_eq!((ids(&first).len(), &first["total"]), (50, &json!(600)));
    assert_eq!(ids(&list(&ada, "limit=200&offset=10").await).len(), 200);
    let made = ada.task("one more").await;
    assert_eq!(total("").await, 601);
    ada.post(&format!("{made}/complete"), json!({})).await.expect(200);
    assert_eq!((total("").await, total("status=active").await), (json!(601), json!(600)));
    ada.delete(&made).await.expect(204);
    assert_eq!((total("").await, total("limit=200").await), (json!(600), json!(600)));
    ada.post(&format!("{made}/restore"), json!({})).await.expect(200);
    assert_eq!(total("").await, 601);
    ada.delete(&format!("{made}?permanent=true")).await.expect(204);
    assert_eq!(total("offset=599").await, 600);
    assert_eq!(total("search=task").await, 600);
}
