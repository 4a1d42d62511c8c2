use serde_json::{Value, json};
use tests::Person;

use super::{SERIES_PATH, Series, app_without_sidecar, deliver, moment, path};

#[tokio::test]
async fn series_are_listed_newest_first_by_status_and_in_pages() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let mut all = Vec::new();
    for title in ["one", "two", "three", "four"] {
        let rule = json!({ "title": title, "frequency": "daily", "start_date": "2031-01-01" });
        all.push(Series::start(&app, &ada, rule).await);
    }
    ada.delete(&all[1].path).await.expect(204);
    Series::daily(&app, &app.guest().await).await;

    assert_eq!(ada.titles(SERIES_PATH).await, ["four", "three", "two", "one"]);
    assert_eq!(ada.titles(&format!("{SERIES_PATH}?status=active")).await, ["four", "three", "one"]);
    assert_eq!(ada.titles(&format!("{SERIES_PATH}?status=ended")).await, ["two"]);
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = ada.get(&format!("{SERIES_PATH}?status=active&limit=2{cursor}")).await.expect(200).json();
        let titles: Vec<Value> =
            page["items"].as_array().unwrap().iter().map(|one| one["title"].clone()).collect();
        pages.push(titles);
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages, [vec![json!("four"), json!("three")], vec![json!("one")]]);
}

#[tokio::test]
async fn an_invalid_parameter_of_the_list_is_reported() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (query, name) in [
        ("status=stopped", "status"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("cursor=nonsense", "cursor"),
        ("colour=red", "colour"),
    ] {
        let problem = ada.get(&format!("{SERIES_PATH}?{query}")).await.problem(422);
        assert_eq!(problem["errors"][0]["parameter"], name, "{query}: {problem}");
    }
}

#[tokio::test]
async fn a_series_of_another_user_is_not_found_and_does_not_change() {
    let app = app_without_sidecar().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let series = Series::daily(&app, &ada).await;
    let before = (series.get().await, series.open_occurrence().await);
    let unknown = format!("{SERIES_PATH}/019a0000-0000-7000-8000-000000000000");
    let nonsense = format!("{SERIES_PATH}/nonsense");

    for (person, place) in [(&eve, &series.path), (&eve, &unknown), (&ada, &unknown), (&ada, &nonsense)] {
        person.get(place).await.problem(404);
        person.patch(place, json!({ "title": "stolen" })).await.problem(404);
        person.delete(place).await.problem(404);
        person.delete(&format!("{place}?delete_open=true")).await.problem(404);
        person.post(&format!("{place}/dismiss-missed"), json!({})).await.problem(404);
    }

    assert_eq!(eve.get(SERIES_PATH).await.expect(200).json(), json!({ "items": [], "next_cursor": null }));
    deliver(&app).await;
    assert_eq!((series.get().await, series.open_occurrence().await), before);
}

/// Returns the changes since a `seq`, and the `seq` of the page.
async fn changes(ada: &Person, since: i64) -> (Vec<Value>, i64) {
    let page = ada.get(&format!("/api/sync?since={since}&limit=200")).await.expect(200).json();
    assert_eq!(page["more"], false);
    let changes = page["changes"].as_array().unwrap().clone();
    assert!(changes.is_sorted_by_key(|change| change["seq"].as_i64()), "{changes:?}");
    (changes, page["seq"].as_i64().unwrap())
}

/// Returns the only change of a series.
fn series_change(changes: &[Value]) -> &Value {
    let mut of_series = changes.iter().filter(|change| change["kind"] == "recurring_task");
    let change = of_series.next().expect("a change of a series");
    assert_eq!(of_series.next(), None);
    assert_eq!((&change["id"], &change["seq"]), (&change["data"]["id"], &change["data"]["seq"]));
    assert_eq!(change["deleted"], false);
    change
}

#[tokio::test]
async fn every_change_of_a_series_is_synced() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;

    let (made, seen) = changes(&ada, 0).await;
    let list = ada.get(SERIES_PATH).await.expect(200).json();
    assert_eq!(series_change(&made)["data"], list["items"][0]);
    let open = made.iter().find(|change| change["kind"] == "task").expect("its first occurrence");
    assert_eq!(open["data"], series.open_occurrence().await);

    series.patch(json!({ "title": "water the plants" })).await.expect(200);
    let (changed, seen) = changes(&ada, seen).await;
    assert_eq!(series_change(&changed)["data"]["title"], "water the plants");

    let next = series.complete_and_deliver().await;
    let (gone_on, seen) = changes(&ada, seen).await;
    assert_eq!(moment(&series_change(&gone_on)["data"]["next_occurrence"]), "2031-01-02T09:00:00Z");
    assert!(gone_on.iter().any(|change| change["data"] == next), "{gone_on:?}");

    ada.patch(&path(&next), json!({ "title": "just this once" })).await.expect(200);
    let (edited, seen) = changes(&ada, seen).await;
    assert!(edited.iter().all(|change| change["kind"] != "recurring_task"), "{edited:?}");

    ada.delete(&series.path).await.expect(204);
    let (stopped, seen) = changes(&ada, seen).await;
    assert_eq!(series_change(&stopped)["data"]["status"], "ended");
    deliver(&app).await;
    assert_eq!(changes(&ada, seen).await.0, [] as [Value; 0]);
}
