use serde_json::{Value, json};
use tests::{App, Person, bulk_of};

use super::{
    CONSUMER, Series, app_without_sidecar, deliver, due_date_of, due_dates_of, generated_event,
    is_acknowledged, moment, path, pending_events, reminders, with,
};

/// Creates a guest in a zone where it is about noon, so that no midnight passes during the test. Returns the
/// zone too.
async fn guest_at_noon(app: &App) -> (Person, String) {
    let query = "select case when ahead = 0 then 'UTC'
                             else format('Etc/GMT%s%s', case when ahead < 0 then '+' else '-' end, abs(ahead))
                        end as zone
                   from (select 12 - extract(hour from now() at time zone 'UTC')::int as ahead) as clock";
    let zone = app.database.rows(query).await[0]["zone"].as_str().expect("a zone").to_owned();
    (app.guest_in(&zone).await, zone)
}

/// Returns the days from `from` to `to`, counted from today, each as a date and as the instant of its end.
async fn days(app: &App, zone: &str, from: i32, to: i32) -> Vec<(String, String)> {
    let query = format!(
        "select to_char(day, 'YYYY-MM-DD') as day,
                to_char((day + time '23:59') at time zone '{zone}' at time zone 'UTC',
                        'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as due
           from (select (now() at time zone '{zone}')::date + number as day
                   from generate_series({from}, {to}) as number) as one"
    );
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    app.database.rows(&query).await.iter().map(|row| (text(&row["day"]), text(&row["due"]))).collect()
}

/// Returns the instants at which the days from `from` to `to` end.
async fn ends_of_days(app: &App, zone: &str, from: i32, to: i32) -> Vec<String> {
    days(app, zone, from, to).await.into_iter().map(|(_, due)| due).collect()
}

/// Starts a series whose first occurrence was due some days ago.
async fn start_days_ago<'a>(app: &'a App, ada: &'a Person, zone: &str, ago: i32, rule: Value) -> Series<'a> {
    let (start, _) = days(app, zone, -ago, -ago).await.remove(0);
    Series::start(app, ada, with(rule, json!({ "start_date": start }))).await
}

#[tokio::test]
async fn completing_late_creates_all_missed_occurrences_and_the_next_one() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let rule = json!({ "title": "water plants", "tags": ["home"], "frequency": "daily",
                       "reminders": [{ "before": "1h" }] });
    let series = start_days_ago(&app, &ada, &zone, 5, rule).await;
    let first = series.open_occurrence().await;
    assert_eq!(
        series.tasks("status=active").await,
        std::slice::from_ref(&first),
        "nothing is missed before a completion"
    );
    let expected = ends_of_days(&app, &zone, -4, 2).await;

    let completed = series.complete().await;
    deliver(&app).await;

    assert_eq!(moment(&completed["next_occurrence"]), expected[4]);
    let missed = series.tasks("missed=true").await;
    assert_eq!(due_dates_of(&missed), expected[..4]);
    for task in &missed {
        assert_eq!((&task["status"], &task["missed"]), (&json!("active"), &json!(true)));
        assert_eq!((&task["title"], &task["tags"]), (&first["title"], &first["tags"]));
        assert_eq!(reminders(&ada, task).await, [] as [&str; 0], "no reminder for a past due date");
        let logged = generated_event(&app, task).await;
        assert_eq!((&logged["catch_up"], &logged["source_task_id"]), (&json!(true), &first["id"]));
    }
    let next = series.open_occurrence().await;
    assert_eq!((due_date_of(&next), &next["missed"]), (expected[4].clone(), &json!(false)));
    assert_eq!(series.complete_and_deliver().await["missed"], json!(false));
    assert_eq!(series.first_due_dates(2).await, expected[5..], "the series continues from there");
    assert_eq!(series.tasks("missed=true").await.len(), 4);
}

#[tokio::test]
async fn a_timed_occurrence_is_missed_after_its_time() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let query = "select to_char(now() at time zone 'UTC' - interval '73 hours' + number * interval '1 day',
                                'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') as due from generate_series(0, 4) as number";
    let expected: Vec<String> =
        app.database.rows(query).await.iter().map(|row| moment(&row["due"])).collect();
    let series = Series::start(&app, &ada, json!({ "frequency": "daily", "start_date": expected[0] })).await;

    let next = series.complete_and_deliver().await;

    assert_eq!(due_dates_of(&series.tasks("missed=true").await), expected[1..4]);
    assert_eq!(due_date_of(&next), expected[4]);
    let logged = generated_event(&app, &series.complete_and_deliver().await).await;
    assert_eq!(logged["catch_up"], json!(false), "a punctual completion catches up on nothing");
}

#[tokio::test]
async fn missed_occurrences_can_be_listed_or_excluded() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let series = start_days_ago(&app, &ada, &zone, 2, json!({ "frequency": "daily" })).await;
    ada.task("something else").await;
    series.complete_and_deliver().await;

    let missed = ada.get("/api/tasks?missed=true").await.expect(200).json();
    let others = ada.get("/api/tasks?missed=false").await.expect(200).json();

    assert_eq!((&missed["total"], &others["total"]), (&json!(1), &json!(3)));
    assert!(missed["items"].as_array().unwrap().iter().all(|task| task["missed"] == true), "{missed}");
    assert!(others["items"].as_array().unwrap().iter().all(|task| task["missed"] == false), "{others}");
}

#[tokio::test]
async fn catching_up_is_limited_to_a_year_and_keeps_the_newest() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    for (rule, days, bounds) in [
        (json!({ "frequency": "daily" }), 1, 364..=366),
        (json!({ "frequency": "weekly" }), 7, 51..=53),
        (json!({ "frequency": "daily", "interval": 100 }), 100, 3..=4),
    ] {
        let series = start_days_ago(&app, &ada, &zone, 1100, rule.clone()).await;
        assert_eq!(series.tasks("status=active").await.len(), 1, "{rule}");
        let today = ends_of_days(&app, &zone, 0, 0).await.remove(0);

        let next = series.complete_and_deliver().await;

        assert!(due_date_of(&next) >= today, "{rule}");
        let query = format!(
            "select count(*) as n, max(due_date) - min(due_date) = (count(*) - 1) * interval '{days} days'
                        as is_gapless,
                    min(due_date) > now() - interval '1 year 1 day' as is_of_this_year,
                    max(due_date) < now() and max(due_date) >= now() - interval '{days} days'
                        as has_the_newest
               from app.tasks where missed and recurring_task_id = '{}'",
            series.id
        );
        let made = app.database.rows(&query).await.remove(0);
        for is_so in ["is_gapless", "is_of_this_year", "has_the_newest"] {
            assert_eq!(made[is_so], true, "{is_so}: {rule}");
        }
        assert!(made["n"].as_u64().is_some_and(|count| bounds.contains(&count)), "{rule}: {made}");
        let past = series.get().await["past_occurrences"].as_array().unwrap().clone();
        assert_eq!(past.len() as u64, made["n"].as_u64().unwrap().saturating_add(1).min(50), "{rule}");
        assert!(due_dates_of(&past).is_sorted_by(|newer, older| newer > older), "{rule}");

        let dismissed =
            ada.post(&format!("{}/dismiss-missed", series.path), json!({})).await.expect(200).json();
        assert_eq!(dismissed, json!({ "dismissed": made["n"] }), "{rule}");
        deliver(&app).await;
        series.complete_and_deliver().await;
        assert_eq!(series.tasks("missed=true").await, [] as [Value; 0], "{rule}");
    }
}

#[tokio::test]
async fn missed_occurrences_are_dismissed_only_at_the_version_of_the_series_that_if_match_names() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let series = start_days_ago(&app, &ada, &zone, 3, json!({ "frequency": "daily" })).await;
    series.complete_and_deliver().await;
    let missed = series.tasks("missed=true").await.len();
    assert!(missed > 0);
    let dismiss = async |version: String| {
        let call = ada.call("POST", &format!("{}/dismiss-missed", series.path)).header("if-match", version);
        call.json(&json!({})).send().await
    };
    let current = ada.get(&series.path).await.expect(200).header("etag").to_owned();

    let problem = dismiss("\"77\"".to_owned()).await.problem(412);

    assert_eq!(problem["recurring_task"]["id"], series.id);
    assert_eq!(series.tasks("missed=true").await.len(), missed);
    assert_eq!(dismiss(current).await.expect(200).json(), json!({ "dismissed": missed }));
}

#[tokio::test]
async fn missed_occurrences_are_dismissed_together_without_replacement() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let rule = json!({ "frequency": "daily" });
    let (series, other) = (
        start_days_ago(&app, &ada, &zone, 5, rule.clone()).await,
        start_days_ago(&app, &ada, &zone, 3, rule).await,
    );
    let next = series.complete_and_deliver().await;
    other.complete_and_deliver().await;
    let done = path(&series.tasks("missed=true").await[0]);
    let completed = ada.post(&format!("{done}/complete"), json!({})).await.expect(200).json();
    assert_eq!(completed["missed"], json!(true), "completed later, but still missed");
    let dismiss = format!("{}/dismiss-missed", series.path);

    let dismissed = ada.post(&dismiss, json!({})).await.expect(200).json();
    deliver(&app).await;

    assert_eq!(dismissed, json!({ "dismissed": 3 }));
    assert_eq!(due_dates_of(&series.tasks("deleted=true").await), ends_of_days(&app, &zone, -3, -1).await);
    assert_eq!(series.tasks("status=active").await, [next]);
    assert_eq!(ada.get(&done).await.expect(200).json()["status"], "completed");
    assert_eq!(other.tasks("missed=true").await.len(), 2, "those of other series stay");
    assert_eq!(ada.post(&dismiss, json!({})).await.expect(200).json(), json!({ "dismissed": 0 }));
}

#[tokio::test]
async fn no_missed_occurrence_is_created_after_the_end() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let (end, _) = days(&app, &zone, -2, -2).await.remove(0);
    let series = start_days_ago(&app, &ada, &zone, 5, json!({ "frequency": "daily", "end_date": end })).await;

    let completed = series.complete().await;
    deliver(&app).await;

    assert_eq!(completed["next_occurrence"], Value::Null);
    assert_eq!(due_dates_of(&series.tasks("status=active").await), ends_of_days(&app, &zone, -4, -2).await);
    assert_eq!(series.tasks("missed=false&status=active").await, [] as [Value; 0]);
    assert_eq!(series.get().await["status"], "ended");
}

#[tokio::test]
async fn a_series_counted_from_completion_misses_nothing() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let rule = json!({ "frequency": "daily", "interval": 3, "anchor": "completion" });
    let late = start_days_ago(&app, &ada, &zone, 10, rule.clone()).await;
    let early = Series::start(&app, &ada, with(rule, json!({ "start_date": "2031-01-01" }))).await;
    let expected = ends_of_days(&app, &zone, 3, 3).await.remove(0);

    for series in [late, early] {
        let completion = series.complete().await;
        deliver(&app).await;

        assert_eq!(moment(&completion["next_occurrence"]), expected);
        assert_eq!(due_date_of(&series.open_occurrence().await), expected);
        assert_eq!(series.tasks("missed=true").await, [] as [Value; 0]);
        assert_eq!(
            due_date_of(&series.complete_and_deliver().await),
            expected,
            "completing again on the same day counts from that day again"
        );
    }
}

#[tokio::test]
async fn a_new_interval_counts_from_the_last_completion_too() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let rule = json!({ "frequency": "daily", "interval": 3, "anchor": "completion" });
    let late = start_days_ago(&app, &ada, &zone, 10, rule.clone()).await;
    let early = Series::start(&app, &ada, with(rule, json!({ "start_date": "2031-01-01" }))).await;

    for series in [late, early] {
        series.complete_and_deliver().await;
        series.patch(json!({ "interval": 5 })).await.expect(200);
        assert_eq!(due_date_of(&series.open_occurrence().await), ends_of_days(&app, &zone, 5, 5).await[0]);
    }
}

#[tokio::test]
async fn missed_occurrences_depend_on_the_completion_time_not_on_the_delivery_of_its_event() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let series = start_days_ago(&app, &ada, &zone, 5, json!({ "frequency": "daily" })).await;
    series.complete().await;
    // As if that had happened two days ago.
    let change = "alter table app.tasks disable trigger user;
                  update app.tasks set completed_at = completed_at - interval '2 days'
                   where status = 'completed';
                  alter table app.tasks enable trigger user;
                  update app.outbox set occurred_at = occurred_at - interval '2 days'";
    app.database.change(change).await;

    deliver(&app).await;

    let expected = ends_of_days(&app, &zone, -4, -2).await;
    assert_eq!(due_dates_of(&series.tasks("missed=true").await), expected[..2]);
    assert_eq!(due_date_of(&series.open_occurrence().await), expected[2]);
}

#[tokio::test]
async fn stopping_a_series_with_its_open_tasks_deletes_missed_ones_too() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let series = start_days_ago(&app, &ada, &zone, 3, json!({ "frequency": "daily" })).await;
    series.complete_and_deliver().await;

    ada.delete(&format!("{}?delete_open=true", series.path)).await.expect(204);
    deliver(&app).await;

    assert_eq!(series.tasks("status=active").await, [] as [Value; 0]);
    assert_eq!(due_dates_of(&series.tasks("deleted=true").await), ends_of_days(&app, &zone, -2, 0).await);
}

#[tokio::test]
async fn a_new_interval_keeps_an_occurrence_whose_former_completion_is_unknown() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    let rule = json!({ "frequency": "daily", "interval": 3, "anchor": "completion" });
    let late = start_days_ago(&app, &ada, &zone, 10, rule.clone()).await;
    let early = Series::start(&app, &ada, with(rule, json!({ "start_date": "2031-01-01" }))).await;
    let expected = ends_of_days(&app, &zone, 3, 3).await;

    for series in [late, early] {
        ada.delete(&format!("{}?permanent=true", path(&series.open_occurrence().await))).await.expect(204);
        deliver(&app).await;
        let open = series.open_occurrence().await;
        assert_eq!(due_date_of(&open), expected[0]);

        let changed = series.patch(json!({ "interval": 5 })).await.expect(200).json();

        assert_eq!(series.open_occurrence().await, open, "the series does not restart");
        assert_eq!(moment(&changed["next_occurrence"]), expected[0]);
        assert_eq!(
            due_date_of(&series.complete_and_deliver().await),
            ends_of_days(&app, &zone, 5, 5).await[0]
        );
    }
}

#[tokio::test]
async fn deleting_an_overdue_occurrence_skips_to_the_next_future_one() {
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    for query in ["", "?permanent=true"] {
        let series = start_days_ago(&app, &ada, &zone, 5, json!({ "frequency": "daily" })).await;

        ada.delete(&format!("{}{query}", path(&series.open_occurrence().await))).await.expect(204);
        deliver(&app).await;

        assert_eq!(series.tasks("missed=true").await, [] as [Value; 0], "{query}");
        assert_eq!(series.first_due_dates(2).await, ends_of_days(&app, &zone, 0, 1).await, "{query}");
        assert_eq!(series.tasks("missed=true").await, [] as [Value; 0], "{query}");
    }
}

#[tokio::test]
async fn a_bulk_of_series_a_year_late_is_caught_up_completely() {
    const MANY: usize = 12;
    let app = app_without_sidecar().await;
    let (ada, zone) = guest_at_noon(&app).await;
    for _ in 0..MANY {
        start_days_ago(&app, &ada, &zone, 400, json!({ "frequency": "daily" })).await;
    }
    let list = ada.get("/api/tasks?limit=200").await.expect(200).json();
    for task in list["items"].as_array().unwrap() {
        ada.post(&format!("{}/complete", path(task)), json!({})).await.expect(200);
    }
    let mut completed = pending_events(&app).await;
    completed.retain(|event| event["type"] == "task.completed");
    assert_eq!(completed.len(), MANY);

    let response = app.as_dapr(CONSUMER).json(&bulk_of("task-events", &completed)).send().await;

    assert!(is_acknowledged(&response), "{response:?}");
    let made = "select count(*) filter (where missed) as missed,
                       count(*) filter (where not missed and status = 'active') as open,
                       count(*) - 1 = (select count(*) from app.outbox where outbox.type = 'recurring.generated'
                                          and outbox.subject_id = tasks.recurring_task_id) as is_logged
                  from app.tasks group by recurring_task_id";
    let made = app.database.rows(made).await;
    assert_eq!(made.len(), MANY);
    assert!(made[0]["missed"].as_u64().is_some_and(|missed| (364..=366).contains(&missed)), "{made:?}");
    assert_eq!((&made[0]["open"], &made[0]["is_logged"]), (&json!(1), &json!(true)));
    assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
    // One call must end within ten seconds, so it gets only a part of them.
    let calls =
        "select count(*) as taken, count(distinct xmin::text) > 1 as in_several from app.consumed_events";
    assert_eq!(app.database.rows(calls).await, [json!({ "taken": MANY, "in_several": true })]);
}

/// Delivers all pending events in order, to the audit trail too.
async fn deliver_with_audit(app: &App) {
    loop {
        let events = pending_events(app).await;
        if events.is_empty() {
            return;
        }
        for some in events.chunks(100) {
            for consumer in ["/internal/audit/events", CONSUMER] {
                let response = app.as_dapr(consumer).json(&bulk_of("task-events", some)).send().await;
                assert!(is_acknowledged(&response), "{response:?}");
            }
        }
    }
}

#[tokio::test]
async fn tasks_deleted_together_are_each_synced_before_their_reminders() {
    let app = app_without_sidecar().await;
    for (how, gone) in [("stop", 5), ("dismiss", 4)] {
        let (ada, zone) = guest_at_noon(&app).await;
        let rule = json!({ "frequency": "daily", "reminders": [{ "before": "1h" }] });
        let series = start_days_ago(&app, &ada, &zone, 5, rule).await;
        series.complete().await;
        deliver_with_audit(&app).await;
        for task in series.tasks("status=active").await {
            let reminder = json!({ "at": "2031-01-01T09:00:00Z" });
            ada.post(&format!("{}/reminders", path(&task)), reminder).await.expect(201);
        }

        match how {
            "stop" => drop(ada.delete(&format!("{}?delete_open=true", series.path)).await.expect(204)),
            _ => drop(ada.post(&format!("{}/dismiss-missed", series.path), json!({})).await.expect(200)),
        }

        deliver_with_audit(&app).await;
        assert_eq!(series.tasks("deleted=true").await.len(), gone, "{how}");
        let outcomes = "select consumer, outcome from app.consumed_events group by 1, 2 order by 1, 2";
        let expected =
            ["audit", "recurrence"].map(|consumer| json!({ "consumer": consumer, "outcome": "done" }));
        assert_eq!(app.database.rows(outcomes).await, expected, "{how}: nothing is late");
    }
}
