//! Reopening the newest done occurrence: what followed it is withdrawn.

use serde_json::{Value, json};
use tests::{App, Person};

use super::{
    CONSUMER, Series, app_without_sidecar, deliver, deliver_one_by_one, due_date_of, end_events,
    is_acknowledged, path, pending_events, reminders,
};

const FIRST: &str = "2031-01-01T09:00:00Z";
const SECOND: &str = "2031-01-02T09:00:00Z";

async fn reopen(ada: &Person, task: &Value) -> Value {
    ada.post(&format!("{}/reopen", path(task)), json!({})).await.expect(200).json()
}

/// Returns the data of the events that announced withdrawn tasks, in order.
async fn withdrawals(app: &App) -> Vec<Value> {
    let rows = "select app.cloud_event(outbox)::json -> 'data' as data
                  from app.outbox where type = 'recurring.withdrawn' order by position";
    app.database.rows(rows).await.into_iter().map(|row| row["data"].clone()).collect()
}

fn id(task: &Value) -> &str {
    task["id"].as_str().expect("a task has an id")
}

/// Returns the ids of tasks, in order.
fn ids(tasks: &[Value]) -> Vec<&Value> {
    tasks.iter().map(|task| &task["id"]).collect()
}

#[tokio::test]
async fn reopening_an_occurrence_withdraws_the_untouched_next_one() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let first = series.open_occurrence().await;
    let before = series.get().await;
    let next = series.complete_and_deliver().await;
    let seen = ada.get("/api/sync").await.expect(200).json()["seq"].clone();

    let reopened = reopen(&ada, &first).await;

    assert_eq!((&reopened["id"], &reopened["status"]), (&first["id"], &json!("active")));
    assert_eq!(ids(&series.tasks("status=active").await), [&first["id"]]);
    ada.get(&path(&next)).await.problem(404);
    assert_eq!(ada.titles("/api/tasks?deleted=true").await, [] as [&str; 0], "it is not in the trash either");
    let after = series.get().await;
    for member in ["next_occurrence", "next_occurrences", "past_occurrences", "status"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(reminders(&ada, &first).await, ["1h"]);
    let changes = ada.get(&format!("/api/sync?since={seen}")).await.expect(200).json()["changes"].clone();
    let gone =
        |change: &&Value| change["id"] == next["id"] && change["deleted"] == true && change["data"].is_null();
    assert_eq!(changes.as_array().unwrap().iter().filter(gone).count(), 1, "{changes}");
    let [event]: [Value; 1] = withdrawals(&app).await.try_into().expect("one event");
    assert_eq!((&event["source_task_id"], &event["task_id"]), (&first["id"], &next["id"]));
    assert_eq!((&event["recurring_task_id"], &event["actor"]), (&json!(series.id), &json!("user")));

    // Again, and so on.
    assert_eq!(reopen(&ada, &first).await, reopened);
    deliver(&app).await;
    assert_eq!(ids(&series.tasks("status=active").await), [&first["id"]]);
    let again = series.complete_and_deliver().await;
    assert_eq!(due_date_of(&again), SECOND);
    assert_ne!(again["id"], next["id"]);
    assert_eq!(reminders(&ada, &again).await, ["1h"]);
    reopen(&ada, &first).await;
    assert_eq!(withdrawals(&app).await.len(), 2);
    assert_eq!(due_date_of(&series.complete_and_deliver().await), SECOND);
}

#[tokio::test]
async fn a_next_occurrence_that_was_touched_stays() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for touch in ["rename", "complete", "delete", "restore", "tag", "remind", "snooze", "forget", "series"] {
        let series = Series::daily(&app, &ada).await;
        let first = series.open_occurrence().await;
        let next = series.complete_and_deliver().await;
        let task = path(&next);
        let all = ada.get(&format!("{task}/reminders")).await.expect(200).json();
        let reminder = format!("/api/reminders/{}", all["items"][0]["id"].as_str().expect("a reminder"));
        match touch {
            "rename" => ada.patch(&task, json!({ "title": "mine" })).await.expect(200),
            "complete" => ada.post(&format!("{task}/complete"), json!({})).await.expect(200),
            "delete" => ada.delete(&task).await.expect(204),
            "restore" => {
                ada.delete(&task).await.expect(204);
                ada.post(&format!("{task}/restore"), json!({})).await.expect(200)
            }
            "tag" => ada.post(&format!("{task}/tags"), json!({ "tags": ["mine"] })).await.expect(200),
            "remind" => ada.post(&format!("{task}/reminders"), json!({ "before": "2h" })).await.expect(201),
            "snooze" => ada.post(&format!("{reminder}/snooze"), json!({ "for": "10m" })).await.expect(200),
            "forget" => ada.delete(&reminder).await.expect(204),
            _ => series.patch(json!({ "title": "water the plants" })).await.expect(200),
        };
        let before =
            app.database.rows(&format!("select * from app.tasks where id <> '{}'", id(&first))).await;

        reopen(&ada, &first).await;

        let after = app.database.rows(&format!("select * from app.tasks where id <> '{}'", id(&first))).await;
        assert_eq!(after, before, "{touch}");
        assert!(series.tasks("status=active").await.iter().any(|task| task["id"] == first["id"]), "{touch}");
        deliver(&app).await;
    }
    assert_eq!(withdrawals(&app).await, [] as [Value; 0]);
}

#[tokio::test]
async fn only_the_newest_done_occurrence_withdraws_and_only_what_it_has_led_to() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let first = series.open_occurrence().await;
    let second = series.complete_and_deliver().await;
    let third = series.complete_and_deliver().await;

    reopen(&ada, &first).await;
    assert_eq!(ids(&series.tasks("status=active").await), [&first["id"], &third["id"]]);

    reopen(&ada, &second).await;
    assert_eq!(ids(&series.tasks("status=active").await), [&first["id"], &second["id"]]);
    // One that was open already has led to nothing.
    ada.delete(&path(&second)).await.expect(204);
    deliver(&app).await;
    ada.post(&format!("{}/restore", path(&second)), json!({})).await.expect(200);
    reopen(&ada, &second).await;
    assert_eq!(series.tasks("status=active").await.len(), 3);
}

#[tokio::test]
async fn missed_occurrences_are_withdrawn_together_with_the_next_one() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let query = "select to_char(now() at time zone 'UTC' - interval '73 hours',
                                'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as start";
    let start = app.database.rows(query).await[0]["start"].clone();
    let rule = json!({ "frequency": "daily", "start_date": start, "reminders": [{ "before": "1h" }] });
    let series = Series::start(&app, &ada, rule).await;
    let first = series.open_occurrence().await;

    for touched in [false, true] {
        series.complete().await;
        deliver(&app).await;
        let made = series.tasks("status=active").await;
        assert_eq!(made.iter().filter(|task| task["missed"] == true).count(), 3, "{made:?}");
        if touched {
            ada.patch(&path(&made[1]), json!({ "title": "mine" })).await.expect(200);
        }

        reopen(&ada, &first).await;

        let open = series.tasks("status=active").await;
        assert_eq!(open.len(), if touched { 5 } else { 1 }, "{open:?}");
        let gone: Vec<Value> = withdrawals(&app).await.iter().map(|event| event["task_id"].clone()).collect();
        if !touched {
            assert_eq!(gone.iter().collect::<Vec<_>>(), ids(&made), "each has its event");
        }
        assert_eq!(gone.len(), 4);
    }
    // A missed one has led to nothing, so what was made beside it stays.
    let missed = series.tasks("missed=true").await.remove(0);
    ada.post(&format!("{}/complete", path(&missed)), json!({})).await.expect(200);
    deliver(&app).await;
    reopen(&ada, &missed).await;
    assert_eq!(series.tasks("status=active").await.len(), 5);
}

#[tokio::test]
async fn events_that_arrive_late_twice_or_in_any_order_leave_one_open_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for completed_again in [false, true] {
        for delivered_between in [false, true] {
            for reversed in [false, true] {
                let series = Series::daily(&app, &ada).await;
                let first = series.open_occurrence().await;
                series.complete().await;
                let early = pending_events(&app).await;
                if delivered_between {
                    deliver_one_by_one(&app, &early).await;
                }
                reopen(&ada, &first).await;
                if completed_again {
                    series.complete().await;
                }

                let mut events = pending_events(&app).await;
                if reversed {
                    events.reverse();
                }
                deliver_one_by_one(&app, &events).await;
                // As after housekeeping, which forgets what was consumed some days ago.
                app.database.change("delete from app.consumed_events").await;
                deliver_one_by_one(&app, &early).await;
                deliver(&app).await;

                let expected = if completed_again { SECOND } else { FIRST };
                let open = series.open_occurrence().await;
                assert_eq!(due_date_of(&open), expected, "{completed_again} {delivered_between} {reversed}");
                let sources = "select app.cloud_event(outbox)::json #>> '{data,source_task_id}' as id
                                 from app.outbox where type = 'recurring.generated'";
                let sources = app.database.rows(sources).await;
                let of_it = sources.iter().filter(|source| source["id"] == first["id"]).count();
                assert_eq!(of_it, usize::from(completed_again) + usize::from(delivered_between));
            }
        }
    }
}

#[tokio::test]
async fn a_reopened_occurrence_whose_completion_is_being_handled_has_one_next_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for _ in 0..10 {
        let series = Series::daily(&app, &ada).await;
        let first = series.open_occurrence().await;
        series.complete().await;
        let bulk = tests::bulk_of("task-events", &pending_events(&app).await);

        let (delivered, _) = futures::join!(app.as_dapr(CONSUMER).json(&bulk).send(), reopen(&ada, &first));

        assert!(is_acknowledged(&delivered), "{delivered:?}");
        deliver(&app).await;
        assert_eq!(ids(&series.tasks("status=active").await), [&first["id"]]);
        assert_eq!(due_date_of(&series.complete_and_deliver().await), SECOND);
    }
}

#[tokio::test]
async fn a_series_that_ended_with_the_occurrence_continues() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let rule = json!({ "frequency": "daily", "start_date": FIRST, "end_date": FIRST });
    let series = Series::start(&app, &ada, rule).await;
    let (before, first) = (series.get().await, series.open_occurrence().await);
    series.complete().await;
    deliver(&app).await;
    assert_eq!(series.get().await["status"], "ended");

    reopen(&ada, &first).await;

    let after = series.get().await;
    for member in ["status", "next_occurrence", "next_occurrences"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    let updates = "select before ->> 'status' as before, after ->> 'status' as after
                     from app.outbox where type = 'recurring.updated'";
    assert_eq!(app.database.rows(updates).await, [json!({ "before": "ended", "after": "active" })]);
    series.complete().await;
    deliver(&app).await;
    assert_eq!(series.get().await["status"], "ended");
    assert_eq!(end_events(&app).await.len(), 2);
}

#[tokio::test]
async fn a_stopped_series_stays_stopped() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let series = Series::daily(&app, &ada).await;
    let first = series.open_occurrence().await;
    series.complete_and_deliver().await;
    ada.delete(&series.path).await.expect(204);

    reopen(&ada, &first).await;

    assert_eq!(series.get().await["status"], "ended");
    assert_eq!(ids(&series.tasks("status=active").await), [&first["id"]], "one stays open");
    series.complete().await;
    deliver(&app).await;
    assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_user_in_another_zone_undoes_a_completion_completely() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/New_York").await;
    for rule in [
        json!({ "frequency": "monthly", "start_date": "2031-01-31" }),
        json!({ "frequency": "weekly", "by_weekday": ["mon", "fri"],
                "start_date": "2031-01-03T09:00:00-05:00" }),
        json!({ "frequency": "daily", "anchor": "completion", "start_date": "2031-01-01" }),
    ] {
        let series = Series::start(&app, &ada, rule.clone()).await;
        series.complete_and_deliver().await;
        let (before, open) = (series.get().await, series.open_occurrence().await);
        for _ in 0..2 {
            let announced = series.complete().await["next_occurrence"].clone();
            deliver(&app).await;
            let next = due_date_of(&series.open_occurrence().await);
            assert_eq!(next, super::moment(&announced), "{rule}");

            reopen(&ada, &open).await;

            let after = series.get().await;
            for member in ["next_occurrence", "next_occurrences", "start_date", "status"] {
                assert_eq!(after[member], before[member], "{member} of {rule}");
            }
        }
    }
}
