use serde_json::{Value, json};

use super::{Series, app_without_sidecar, deliver, due_date_of, moment, path, reminders};

#[tokio::test]
async fn editing_one_occurrence_changes_neither_the_series_nor_the_next_one() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for patch in [
        json!({ "title": "just this once", "description": "x", "priority": "low", "tags": ["once"] }),
        json!({ "due_date": "2031-01-01T18:00:00Z" }),
        json!({ "due_date": "2031-01-10" }),
        json!({ "due_date": "2020-01-01T09:00:00Z", "allow_past": true }),
        json!({ "due_date": null }),
    ] {
        let series = Series::daily(&app, &ada).await;
        let before = series.get().await;
        let open = series.open_occurrence().await;

        let changed = ada.patch(&path(&open), patch.clone()).await.expect(200).json();
        ada.post(&format!("{}/reminders", path(&open)), json!({ "at": "2030-12-31T09:00:00Z" }))
            .await
            .expect(201);

        assert_eq!(changed["recurring_task_id"], before["id"], "{patch}");
        assert_eq!(series.get().await, before, "{patch}");
        let next = series.complete_and_deliver().await;
        assert_eq!(due_date_of(&next), "2031-01-02T09:00:00Z", "{patch}");
        for member in ["title", "description", "priority", "tags"] {
            assert_eq!(next[member], before[member], "{patch}");
        }
        assert_eq!(reminders(&ada, &next).await, ["1h"], "{patch}");
    }
}

#[tokio::test]
async fn a_partial_change_of_an_occurrence_keeps_its_reminders() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let open = series.open_occurrence().await;

    for patch in
        [json!({ "title": "water the plants" }), json!({ "priority": "high", "tags": ["home"] }), json!({})]
    {
        ada.patch(&path(&open), patch.clone()).await.expect(200);
        assert_eq!(reminders(&ada, &open).await, ["1h"], "{patch}");
    }
    ada.patch(&format!("{}/due-date", path(&open)), json!({ "due_date": "2031-01-01T12:00:00Z" }))
        .await
        .expect(200);
    let moved = ada.get(&format!("{}/reminders", path(&open))).await.expect(200).json();
    assert_eq!(moment(&moved["items"][0]["remind_at"]), "2031-01-01T11:00:00Z");
}

#[tokio::test]
async fn an_occurrence_cannot_be_moved_to_another_series() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let (series, other) = (Series::daily(&app, &ada).await, Series::daily(&app, &ada).await);
    let open = path(&series.open_occurrence().await);

    for id in [json!(other.id), Value::Null] {
        let refused = ada.patch(&open, json!({ "recurring_task_id": id })).await;
        assert_eq!(refused.wrong_members(), ["/recurring_task_id"], "{id}");
    }
}

#[tokio::test]
async fn deleting_an_occurrence_skips_to_the_next_one() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for query in ["", "?permanent=true"] {
        let series = Series::daily(&app, &ada).await;

        for expected in ["2031-01-02T09:00:00Z", "2031-01-03T09:00:00Z"] {
            ada.delete(&format!("{}{query}", path(&series.open_occurrence().await))).await.expect(204);
            assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
            deliver(&app).await;
            let next = series.open_occurrence().await;
            assert_eq!(due_date_of(&next), expected, "{query}");
            assert_eq!(reminders(&ada, &next).await, ["1h"], "{query}");
        }
    }
}

#[tokio::test]
async fn completing_a_restored_occurrence_creates_nothing() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let skipped = path(&series.open_occurrence().await);
    ada.delete(&skipped).await.expect(204);
    deliver(&app).await;

    ada.post(&format!("{skipped}/restore"), json!({})).await.expect(200);
    deliver(&app).await;
    ada.post(&format!("{skipped}/complete"), json!({})).await.expect(200);
    deliver(&app).await;

    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-02T09:00:00Z");
    ada.delete(&skipped).await.expect(204);
    deliver(&app).await;
    assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-02T09:00:00Z");
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-01-03T09:00:00Z");
}

#[tokio::test]
async fn completing_a_reopened_occurrence_again_creates_nothing() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let first = path(&series.open_occurrence().await);
    let next = series.complete_and_deliver().await;
    ada.patch(&path(&next), json!({ "priority": "high" })).await.expect(200);

    for _ in 0..3 {
        ada.post(&format!("{first}/reopen"), json!({})).await.expect(200);
        deliver(&app).await;
        assert_eq!(
            series.tasks("status=active").await.len(),
            2,
            "the occurrence is open, beside the next one, which was changed"
        );
        ada.post(&format!("{first}/complete"), json!({})).await.expect(200);
        deliver(&app).await;
        assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-02T09:00:00Z");
    }
    assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-01-03T09:00:00Z");
}

#[tokio::test]
async fn an_occurrence_reopened_before_its_event_is_delivered_has_one_next_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (delivered_between, restored) in [(false, false), (true, false), (false, true), (true, true)] {
        let series = Series::daily(&app, &ada).await;
        let first = path(&series.open_occurrence().await);
        if restored {
            ada.delete(&first).await.expect(204);
            ada.post(&format!("{first}/restore"), json!({})).await.expect(200);
        } else {
            series.complete().await;
            ada.post(&format!("{first}/reopen"), json!({})).await.expect(200);
        }
        if delivered_between {
            deliver(&app).await;
        }

        ada.post(&format!("{first}/complete"), json!({})).await.expect(200);

        deliver(&app).await;
        assert_eq!(due_date_of(&series.open_occurrence().await), "2031-01-02T09:00:00Z");
        assert_eq!(due_date_of(&series.complete_and_deliver().await), "2031-01-03T09:00:00Z");
    }
}

#[tokio::test]
async fn a_reopened_occurrence_without_a_due_date_blocks_no_change_of_the_series() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let first = path(&series.open_occurrence().await);
    let second = series.complete_and_deliver().await;
    ada.patch(&path(&second), json!({ "priority": "high" })).await.expect(200);
    ada.post(&format!("{first}/reopen"), json!({})).await.expect(200);
    ada.patch(&first, json!({ "due_date": null })).await.expect(200);
    let of_second = async || {
        let open = series.tasks("status=active").await;
        open.iter().filter(|task| path(task) != first).map(due_date_of).collect::<Vec<_>>()
    };

    series.patch(json!({ "title": "new" })).await.expect(200);
    assert_eq!(of_second().await, ["2031-01-02T09:00:00Z"]);
    let changed = series.patch(json!({ "interval": 3 })).await.expect(200).json();
    assert_eq!(
        of_second().await,
        ["2031-01-04T09:00:00Z"],
        "counted from the planned place of the former occurrence"
    );

    let stop = ada.call("DELETE", &series.path).header("if-match", format!("\"{}\"", changed["version"]));
    stop.send().await.expect(204);
    assert_eq!(series.get().await["status"], "ended");
}
