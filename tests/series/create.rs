use serde_json::{Value, json};

use super::{SERIES_PATH, Series, app_without_sidecar, due_date_of, moment, moments, path, reminders, with};

#[tokio::test]
async fn a_series_starts_with_its_first_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("Europe/Berlin").await;
    let given = json!({
        "title": "pay the rent", "description": "to the landlord", "priority": "high", "tags": ["home"],
        "frequency": "monthly", "interval": 2, "day_of_month": 31, "end_date": "2032-12-31",
        "start_date": "2031-01-10T09:00:00+01:00", "reminders": [{ "before": "1d" }, { "before": "1h" }],
    });

    let made = ada.post(SERIES_PATH, given.clone()).await.expect(201);

    let series = made.json();
    assert_eq!(made.header("location"), format!("{SERIES_PATH}/{}", made.id()));
    assert_eq!(made.header("etag"), format!("\"{}\"", series["version"]));
    assert_eq!(moment(&series["start_date"]), "2031-01-10T08:00:00Z");
    assert_eq!(moment(&series["next_occurrence"]), "2031-01-31T08:00:00Z");
    let rest =
        json!({ "by_weekday": null, "anchor": "schedule", "timezone": "Europe/Berlin", "status": "active" });
    for (member, value) in with(given, rest).as_object().unwrap() {
        assert!(series[member] == *value || member == "start_date", "{member}: {series}");
    }
    let shown = ada.get(made.header("location")).await.expect(200);
    assert_eq!(shown.header("etag"), made.header("etag"));
    let shown = shown.json();
    assert_eq!(with(shown.clone(), series), shown, "it is shown as it was made, with more");
    assert_eq!(shown["past_occurrences"], json!([]));
    let next = ["2031-01-31T08:00:00Z", "2031-03-31T07:00:00Z", "2031-05-31T07:00:00Z"];
    assert_eq!(moments(&shown["next_occurrences"]), next);

    let tasks = ada.get("/api/tasks").await.expect(200).json();
    assert_eq!(tasks["total"], 1);
    let task = &tasks["items"][0];
    for member in ["title", "description", "priority", "tags"] {
        assert_eq!(task[member], shown[member], "{member}");
    }
    assert_eq!((&task["recurring_task_id"], &task["missed"]), (&shown["id"], &json!(false)));
    assert_eq!((due_date_of(task).as_str(), &task["all_day"]), (next[0], &json!(false)));
    assert_eq!(reminders(&ada, task).await, ["1d", "1h"]);
}

#[tokio::test]
async fn an_all_day_series_is_due_at_the_end_of_the_users_day() {
    let app = app_without_sidecar().await;
    let ada = app.guest_in("America/New_York").await;
    let series = Series::start(&app, &ada, json!({ "frequency": "daily", "start_date": "2031-01-05" })).await;

    let shown = series.get().await;

    assert_eq!(shown["start_date"], "2031-01-05");
    assert_eq!(moment(&shown["next_occurrence"]), "2031-01-06T04:59:00Z");
    let first = series.open_occurrence().await;
    assert_eq!((due_date_of(&first).as_str(), &first["all_day"]), ("2031-01-06T04:59:00Z", &json!(true)));
    let next = series.complete_and_deliver().await;
    assert_eq!((due_date_of(&next).as_str(), &next["all_day"]), ("2031-01-07T04:59:00Z", &json!(true)));
}

#[tokio::test]
async fn a_series_without_a_start_starts_today_in_its_time_zone() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let today = async |zone: &str| {
        let query = format!("select ((now() at time zone '{zone}')::date)::text as day");
        app.database.rows(&query).await[0]["day"].clone()
    };
    // It is never the same date in both zones.
    for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        let before = today(zone).await;
        let series = Series::start(&app, &ada, json!({ "frequency": "daily", "timezone": zone })).await;
        let start = series.get().await["start_date"].clone();
        assert!(start == before || start == today(zone).await, "{zone}: {start}");
    }
}

#[tokio::test]
async fn a_start_in_the_past_is_accepted_unless_disallowed() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for start in ["2020-01-01", "2020-01-01T09:00:00Z"] {
        let rule = json!({ "title": "x", "frequency": "yearly", "start_date": start });
        let refused = ada.post(SERIES_PATH, with(rule.clone(), json!({ "allow_past": false }))).await;
        assert_eq!(refused.wrong_members(), ["/start_date"], "{start}");
        for rule in [with(rule.clone(), json!({ "allow_past": true })), rule] {
            let open = Series::start(&app, &ada, rule).await.open_occurrence().await;
            assert_eq!((&due_date_of(&open)[..10], &open["missed"]), ("2020-01-01", &json!(false)));
        }
    }
}

#[tokio::test]
async fn a_series_requested_twice_with_one_key_is_created_once() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let post = async |title: &str| {
        let body = json!({ "title": title, "frequency": "daily", "start_date": "2031-01-01" });
        ada.call("POST", SERIES_PATH).header("idempotency-key", "key").json(&body).send().await
    };
    let first = post("water plants").await.expect(201);

    let again = post("water plants").await.expect(201);

    assert_eq!((&again.text, again.header("location")), (&first.text, first.header("location")));
    assert_eq!(post("feed the cat").await.problem(422)["errors"][0]["header"], "Idempotency-Key");
    assert_eq!(ada.titles(SERIES_PATH).await, ["water plants"]);
    assert_eq!(ada.titles("/api/tasks").await, ["water plants"]);
}

#[tokio::test]
async fn a_task_created_with_a_recurrence_is_the_first_occurrence() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task = json!({
        "title": "pay the rent", "description": "to the landlord", "priority": "high", "tags": ["home"],
        "due_date": "2031-01-31T09:00:00Z",
        "reminders": [{ "before": "1h" }, { "at": "2031-01-30T12:00:00Z" }],
        "recurrence": { "frequency": "monthly" },
    });

    let made = ada.create(task.clone()).await.json();

    assert_eq!(ada.get("/api/tasks").await.json()["items"], json!([made]), "it is the only task");
    assert_eq!(reminders(&ada, &made).await, [Value::Null, json!("1h")]);
    let id = made["recurring_task_id"].as_str().expect("it belongs to a series").to_owned();
    let series = Series { app: &app, ada: &ada, path: format!("{SERIES_PATH}/{id}"), id };
    let shown = series.get().await;
    for member in ["title", "description", "priority", "tags"] {
        assert_eq!(shown[member], task[member], "{member}");
    }
    assert_eq!(shown["reminders"], json!([{ "before": "1h" }]), "an instant does not repeat");
    assert_eq!(moment(&shown["start_date"]), "2031-01-31T09:00:00Z");
    let next = series.complete_and_deliver().await;
    assert_eq!(due_date_of(&next), "2031-02-28T09:00:00Z");
    assert_eq!(reminders(&ada, &next).await, ["1h"]);
}

#[tokio::test]
async fn a_due_date_and_the_start_of_its_recurrence_are_the_same() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let create = async |due_date: Value, start_date: &str| {
        let recurrence = json!({ "frequency": "daily", "start_date": start_date });
        let task = with(json!({ "title": "x", "recurrence": recurrence }), due_date);
        ada.post("/api/tasks", task).await
    };

    let alone = create(json!({}), "2031-01-05T09:00:00Z").await.expect(201).json();
    assert_eq!(due_date_of(&alone), "2031-01-05T09:00:00Z");
    let both = create(json!({ "due_date": "2031-01-05T10:00:00+01:00" }), "2031-01-05T09:00:00Z").await;
    assert_eq!(due_date_of(&both.expect(201).json()), "2031-01-05T09:00:00Z");
    for other in ["2031-01-05T09:00:01Z", "2031-01-06"] {
        let refused = create(json!({ "due_date": other }), "2031-01-05T09:00:00Z").await;
        assert_eq!(refused.wrong_members(), ["/recurrence/start_date"], "{other}");
    }
    assert_eq!(app.database.rows("select id from app.series").await.len(), 2);
}

#[tokio::test]
async fn a_recurring_task_in_the_past_needs_allow_past() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    for (task, wrong) in [
        (json!({ "due_date": "2020-01-01", "recurrence": { "frequency": "yearly" } }), "/due_date"),
        (
            json!({ "recurrence": { "frequency": "yearly", "start_date": "2020-01-01" } }),
            "/recurrence/start_date",
        ),
    ] {
        let task = with(task, json!({ "title": "x" }));
        assert_eq!(ada.post("/api/tasks", task.clone()).await.wrong_members(), [wrong]);
        let allowed = ada.create(with(task, json!({ "allow_past": true }))).await.json();
        assert_eq!(&due_date_of(&allowed)[..10], "2020-01-01");
        assert_eq!(ada.get(&path(&allowed)).await.expect(200).json(), allowed);
    }
    assert_eq!(
        app.database.rows("select id from app.series").await.len(),
        2,
        "rejected requests leave no rows"
    );
}
