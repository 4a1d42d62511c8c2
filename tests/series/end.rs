use serde_json::{Value, json};

use super::{Series, app_without_sidecar, deliver, due_date_of, due_dates_of, end_events, moments, path};
use crate::events::poll_until;

#[tokio::test]
async fn the_end_of_a_series_is_inclusive() {
    let app = app_without_sidecar().await;
    for (zone, start, end, expected) in [
        (
            "UTC",
            "2031-01-01",
            "2031-01-03",
            vec!["2031-01-01T23:59:00Z", "2031-01-02T23:59:00Z", "2031-01-03T23:59:00Z"],
        ),
        ("UTC", "2031-01-01T23:30:00Z", "2031-01-02", vec!["2031-01-01T23:30:00Z", "2031-01-02T23:30:00Z"]),
        // The evening of the 2nd in that zone is already the 3rd in UTC.
        (
            "America/New_York",
            "2031-01-02T03:00:00Z",
            "2031-01-02",
            vec!["2031-01-02T03:00:00Z", "2031-01-03T03:00:00Z"],
        ),
        (
            "UTC",
            "2031-01-01T09:00:00Z",
            "2031-01-02T09:00:00Z",
            vec!["2031-01-01T09:00:00Z", "2031-01-02T09:00:00Z"],
        ),
        ("UTC", "2031-01-01T09:00:00Z", "2031-01-02T08:59:59Z", vec!["2031-01-01T09:00:00Z"]),
        ("UTC", "2031-01-01T09:00:00Z", "2031-01-01T09:00:00Z", vec!["2031-01-01T09:00:00Z"]),
    ] {
        let ada = app.guest_in(zone).await;
        let rule = json!({ "frequency": "daily", "start_date": start, "end_date": end });
        let series = Series::start(&app, &ada, rule.clone()).await;
        assert_eq!(moments(&series.get().await["next_occurrences"]), expected, "{rule}");
        assert_eq!(series.first_due_dates(expected.len()).await, expected, "{rule}");
        assert_eq!(series.get().await["status"], "active", "{rule}");

        let last = series.complete().await;
        deliver(&app).await;

        assert_eq!(last["next_occurrence"], Value::Null, "{rule}");
        assert_eq!(series.tasks("status=active").await, [] as [Value; 0], "{rule}");
        let ended = series.get().await;
        assert_eq!((&ended["status"], &ended["next_occurrence"]), (&json!("ended"), &Value::Null), "{rule}");
        assert_eq!(ended["next_occurrences"], json!([]), "{rule}");
        assert_eq!(ended["past_occurrences"].as_array().map(Vec::len), Some(expected.len()), "{rule}");
        let of_it: Vec<Value> =
            end_events(&app).await.into_iter().filter(|end| end["id"] == series.id).collect();
        assert_eq!(of_it, [json!({ "type": "recurring.ended", "id": series.id })], "{rule}");
    }
}

#[tokio::test]
async fn deleting_the_last_occurrence_ends_a_series_too() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for query in ["", "?permanent=true"] {
        let rule = json!({ "frequency": "daily", "start_date": "2031-01-01", "end_date": "2031-01-01" });
        let series = Series::start(&app, &ada, rule).await;

        ada.delete(&format!("{}{query}", path(&series.open_occurrence().await))).await.expect(204);
        deliver(&app).await;

        assert_eq!(series.get().await["status"], "ended", "{query}");
        assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
    }
}

#[tokio::test]
async fn a_stopped_series_is_readable_and_its_open_occurrence_stays() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.complete_and_deliver().await;
    let (before, open) = (series.get().await, series.open_occurrence().await);

    ada.delete(&series.path).await.expect(204);

    deliver(&app).await;
    let stopped = series.get().await;
    assert_eq!((&stopped["status"], &stopped["next_occurrence"]), (&json!("ended"), &Value::Null));
    assert_eq!(stopped["next_occurrences"], json!([]));
    for member in ["title", "frequency", "start_date", "reminders"] {
        assert_eq!(stopped[member], before[member], "{member}");
    }
    assert_eq!(series.open_occurrence().await, open, "it is not touched");
    assert_eq!(series.complete().await["next_occurrence"], Value::Null);
    deliver(&app).await;
    assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
    assert_eq!(end_events(&app).await, [json!({ "type": "recurring.stopped", "id": series.id })]);
}

#[tokio::test]
async fn a_series_can_be_stopped_together_with_its_open_occurrences() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let kept = Series::daily(&app, &ada).await;
    series.complete_and_deliver().await;

    ada.delete(&format!("{}?delete_open=true", series.path)).await.expect(204);
    deliver(&app).await;

    assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
    assert_eq!(
        due_dates_of(&series.tasks("deleted=true").await),
        ["2031-01-02T09:00:00Z"],
        "it is in the trash"
    );
    assert_eq!(
        due_dates_of(&series.tasks("status=completed").await),
        ["2031-01-01T09:00:00Z"],
        "completed tasks are kept"
    );
    assert_eq!(series.get().await["status"], "ended");
    assert_eq!(due_date_of(&kept.open_occurrence().await), "2031-01-01T09:00:00Z", "other series go on");
}

#[tokio::test]
async fn stopping_a_series_again_changes_nothing() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    ada.delete(&series.path).await.expect(204);
    let stopped = series.get().await;

    ada.delete(&series.path).await.expect(204);

    assert_eq!(series.get().await, stopped);
    assert_eq!(end_events(&app).await.len(), 1);
}

#[tokio::test]
async fn a_series_stopped_while_an_event_is_in_flight_creates_nothing_more() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    series.complete().await;
    ada.delete(&series.path).await.expect(204);

    deliver(&app).await;

    assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
    assert_eq!(series.get().await["status"], "ended");
    assert_eq!(end_events(&app).await, [json!({ "type": "recurring.stopped", "id": series.id })]);
}

#[tokio::test]
async fn an_ended_series_cannot_be_changed() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let stopped = Series::daily(&app, &ada).await;
    ada.delete(&stopped.path).await.expect(204);
    let rule = json!({ "frequency": "daily", "start_date": "2031-01-01", "end_date": "2031-01-01" });
    let at_its_end = Series::start(&app, &ada, rule).await;
    at_its_end.complete().await;
    deliver(&app).await;

    for series in [stopped, at_its_end] {
        let before = series.get().await;
        for patch in
            [json!({ "title": "again" }), json!({ "end_date": null }), json!({ "end_date": "2035-01-01" })]
        {
            series.patch(patch).await.problem(409);
        }
        assert_eq!(series.get().await, before);
    }
}

#[tokio::test]
async fn stopping_a_series_during_a_concurrent_change_returns_the_current_series() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let seen = series.get().await["version"].clone();
    let stop = async |version: &Value| {
        ada.call("DELETE", &series.path).header("if-match", format!("\"{version}\"")).send().await
    };
    // An uncommitted change of another session blocks every other writer.
    let mut owner = app.database.owner().await;
    let change = owner.transaction().await.unwrap();
    let title = format!("update app.series set title = 'water the roses' where id = '{}'", series.id);
    change.batch_execute(&title).await.unwrap();
    let finish = async {
        poll_until("whoever stops it waits", async || {
            let waits = "select 1 from pg_stat_activity
                          where datname = current_database() and wait_event_type = 'Lock'
                            and query like '%statements.stop%'";
            (!app.database.rows(waits).await.is_empty()).then_some(())
        })
        .await;
        change.commit().await.unwrap();
    };

    let (raced, ()) = tokio::join!(stop(&seen), finish);

    for refused in [raced, stop(&seen).await] {
        let problem = refused.problem(412);
        assert_eq!(problem["recurring_task"]["title"], "water the roses", "{problem}");
        assert_eq!(problem["recurring_task"]["status"], "active", "{problem}");
    }
    let now = series.get().await;
    assert_eq!((&now["title"], &now["status"]), (&json!("water the roses"), &json!("active")));
    assert_eq!(end_events(&app).await, [] as [Value; 0]);
    stop(&now["version"]).await.expect(204);
    assert_eq!(end_events(&app).await, [json!({ "type": "recurring.stopped", "id": series.id })]);
}
