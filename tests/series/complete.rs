use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, is_full};

use super::{
    Series, app_without_sidecar, deliver, due_date_of, due_dates_of, moment, moments, path, reminders,
};
use crate::events::{poll_until, wait_for_empty_outbox, wait_for_trail};

#[tokio::test]
async fn completing_an_occurrence_creates_the_next_one_with_all_fields_of_the_series() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let members = json!({
        "title": "call mom", "description": "and dad", "priority": "high", "tags": ["family", "phone"],
        "frequency": "weekly", "start_date": "2031-01-01T09:00:00Z",
        "reminders": [{ "before": "1d" }, { "before": "15m" }],
    });
    let series = Series::start(&app, &ada, members.clone()).await;
    let first = series.open_occurrence().await;

    let mut completed = series.complete().await;

    assert_eq!(moment(&completed["next_occurrence"]), "2031-01-08T09:00:00Z");
    assert_eq!(
        series.tasks("status=active").await,
        [] as [Value; 0],
        "nothing is created before the event is delivered"
    );
    deliver(&app).await;
    let next = series.open_occurrence().await;
    assert_ne!(next["id"], first["id"]);
    assert_eq!((due_date_of(&next), &next["all_day"]), ("2031-01-08T09:00:00Z".to_owned(), &json!(false)));
    for member in ["title", "description", "priority", "tags"] {
        assert_eq!(next[member], members[member], "{member}");
    }
    assert_eq!(reminders(&ada, &next).await, ["1d", "15m"]);
    assert_eq!(moment(&series.get().await["next_occurrence"]), "2031-01-08T09:00:00Z");
    completed.as_object_mut().unwrap().remove("next_occurrence");
    assert_eq!(ada.get(&path(&first)).await.expect(200).json(), completed, "completed tasks stay completed");
}

#[tokio::test]
async fn the_next_occurrence_exists_within_five_seconds() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;

    let began = Instant::now();
    series.complete().await;
    let next = poll_until("the next occurrence", async || series.tasks("status=active").await.pop()).await;

    let took = began.elapsed();
    assert!(took < Duration::from_secs(5) || is_full(), "{took:?}");
    assert_eq!(due_date_of(&next), "2031-01-02T09:00:00Z");
}

#[tokio::test]
async fn the_announced_next_occurrence_is_the_one_that_is_created() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    for rule in [
        json!({ "frequency": "daily", "start_date": "2031-03-29" }),
        json!({ "frequency": "daily", "start_date": "2031-03-29T01:30:00Z" }),
        json!({ "frequency": "weekly", "by_weekday": ["mon", "fri"], "start_date": "2031-01-02" }),
        json!({ "frequency": "monthly", "start_date": "2031-01-31T09:00:00Z" }),
        json!({ "frequency": "yearly", "start_date": "2032-02-29" }),
        json!({ "frequency": "daily", "interval": 2, "start_date": "2026-01-01" }),
        json!({ "frequency": "weekly", "anchor": "completion", "start_date": "2031-01-02T09:00:00Z" }),
        json!({ "frequency": "monthly", "anchor": "completion", "start_date": "2026-01-02" }),
    ] {
        let series = Series::start(&app, &ada, rule.clone()).await;
        for _ in 0..2 {
            let announced = moment(&series.complete().await["next_occurrence"]);
            let before = series.get().await;
            deliver(&app).await;
            assert_eq!(due_date_of(&series.open_occurrence().await), announced, "{rule}");
            for shown in [before, series.get().await] {
                assert_eq!(moment(&shown["next_occurrence"]), announced, "{rule}");
                assert_eq!(moments(&shown["next_occurrences"])[0], announced, "{rule}");
            }
        }
    }
}

#[tokio::test]
async fn completing_a_task_without_a_series_reports_no_next_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task = ada.task("once").await;

    let completed = ada.post(&format!("{task}/complete"), json!({})).await.expect(200).json();

    assert_eq!(completed.as_object().unwrap().get("next_occurrence"), Some(&Value::Null));
    deliver(&app).await;
    assert_eq!(ada.titles("/api/tasks").await, ["once"]);
}

#[tokio::test]
async fn completed_occurrences_are_kept_and_listed_newest_first() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let due_dates = series.first_due_dates(4).await;

    let shown = series.get().await;

    let past = shown["past_occurrences"].as_array().unwrap();
    assert_eq!(due_dates_of(past), [due_dates[2].as_str(), &due_dates[1], &due_dates[0]]);
    assert!(past.iter().all(|task| task["status"] == "completed"), "{past:?}");
    let next = moments(&shown["next_occurrences"]);
    assert_eq!(next, ["2031-01-04T09:00:00Z", "2031-01-05T09:00:00Z", "2031-01-06T09:00:00Z"]);
    assert_eq!(due_dates_of(&series.tasks("status=completed").await), due_dates[..3]);
}

#[tokio::test]
async fn eight_concurrent_completions_create_one_next_occurrence() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let complete = format!("{}/complete", path(&series.open_occurrence().await));

    let responses = join_all((0..8).map(|_| ada.post(&complete, json!({})))).await;

    for response in responses {
        assert_eq!(moment(&response.expect(200).json()["next_occurrence"]), "2031-01-02T09:00:00Z");
    }
    poll_until("the next occurrence", async || series.tasks("status=active").await.pop()).await;
    assert_eq!(wait_for_trail(&ada, "/api/audit?event_type=task.completed", 1).await.len(), 1);
    wait_for_empty_outbox(&app).await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-02T09:00:00Z");
}

#[tokio::test]
async fn of_two_devices_with_the_same_version_the_later_one_gets_the_current_task() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let open = series.open_occurrence().await;
    let complete = async || {
        let call = ada.call("POST", &format!("{}/complete", path(&open)));
        call.header("if-match", format!("\"{}\"", open["version"])).send().await
    };

    complete().await.expect(200);
    deliver(&app).await;

    assert_eq!(complete().await.problem(412)["task"]["status"], "completed");
    deliver(&app).await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-02T09:00:00Z");
}

#[tokio::test]
async fn a_series_with_a_start_of_any_precision_continues() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for start in
        ["2031-01-01T09:00:00.1234564Z", "2031-01-01T09:00:00.123456499Z", "2031-01-01T09:00:00.9999999Z"]
    {
        let series = Series::start(&app, &ada, json!({ "frequency": "daily", "start_date": start })).await;

        for expected in ["2031-01-01", "2031-01-02", "2031-01-03"] {
            let open = due_date_of(&series.open_occurrence().await);
            assert_eq!(&open[..10], expected, "{start}: {open}");
            let announced = moment(&series.complete().await["next_occurrence"]);
            deliver(&app).await;
            assert_eq!(due_date_of(&series.open_occurrence().await), announced, "{start}");
        }
    }
}
