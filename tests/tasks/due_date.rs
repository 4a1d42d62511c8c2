use serde_json::{Value, json};
use tests::App;

/// Returns the current date in a time zone, plus some days.
async fn date_in(app: &App, timezone: &str, more: i32) -> String {
    let query = format!("select ((now() at time zone '{timezone}')::date + {more})::text as today");
    app.database.rows(&query).await[0]["today"].as_str().expect("a day").to_owned()
}

#[tokio::test]
async fn a_due_date_is_a_time_or_a_day_or_nothing() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    let due_date = format!("{}/due-date", ada.task("taxes").await);

    let at = ada.patch(&due_date, json!({ "due_date": "2031-04-15T17:00:00-04:00" })).await.expect(200);
    assert_eq!(
        (&at.json()["due_date"], &at.json()["all_day"]),
        (&json!("2031-04-15T21:00:00+00:00"), &json!(false))
    );
    assert_eq!(at.header("etag"), "\"2\"");
    let on = ada.patch(&due_date, json!({ "due_date": "2031-04-15" })).await.expect(200).json();
    assert_eq!((&on["due_date"], &on["all_day"]), (&json!("2031-04-16T03:59:00+00:00"), &json!(true)));
    let never = ada.patch(&due_date, json!({ "due_date": null })).await.expect(200).json();
    assert_eq!((&never["due_date"], &never["all_day"]), (&Value::Null, &json!(false)));
    assert_eq!(ada.patch(&due_date, json!({ "due_date": "soon" })).await.wrong_members(), ["/due_date"]);
    assert_eq!(
        ada.patch(&due_date, json!({ "due_date": null, "title": "x" })).await.wrong_members(),
        ["/title"]
    );
}

#[tokio::test]
async fn a_due_date_in_the_past_needs_allow_past() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.task("report").await;
    let yesterday = date_in(&app, "UTC", -1).await;

    for past in ["2020-01-01T00:00:00Z", "2020-01-01", yesterday.as_str()] {
        let due = json!({ "title": "x", "due_date": past });
        assert_eq!(ada.post("/api/tasks", due.clone()).await.wrong_members(), ["/due_date"], "{past}");
        assert_eq!(ada.patch(&task, due).await.wrong_members(), ["/due_date"], "{past}");
        let refused =
            ada.patch(&format!("{task}/due-date"), json!({ "due_date": past, "allow_past": false })).await;
        assert_eq!(refused.wrong_members(), ["/due_date"], "{past}");
    }
    assert_eq!(ada.get(&task).await.json()["version"], 1);
    assert_eq!(ada.get("/api/tasks").await.json()["total"], 1);

    let allowed = json!({ "due_date": "2020-01-01T00:00:00Z", "allow_past": true });
    let due = ada.patch(&format!("{task}/due-date"), allowed.clone()).await.expect(200).json();
    assert_eq!(due["due_date"], "2020-01-01T00:00:00+00:00");
    ada.create(json!({ "title": "noted afterwards", "due_date": yesterday, "allow_past": true })).await;
    ada.patch(&ada.task("another").await, allowed).await.expect(200);
}

#[tokio::test]
async fn an_unchanged_due_date_in_the_past_is_accepted() {
    let app = App::start().await;
    let ada = app.guest().await;
    let past = json!({ "title": "report", "due_date": "2020-01-01T00:00:00Z", "allow_past": true });
    let task = ada.create(past).await.header("location").to_owned();

    let same = json!({ "title": "the report", "due_date": "2020-01-01T01:00:00+01:00" });
    assert_eq!(ada.patch(&task, same).await.expect(200).json()["title"], "the report");

    let other = json!({ "due_date": "2020-01-02T00:00:00Z" });
    assert_eq!(ada.patch(&task, other).await.wrong_members(), ["/due_date"]);
    ada.patch(&task, json!({ "priority": "high" })).await.expect(200);
}

#[tokio::test]
async fn a_task_can_be_due_today_until_the_day_ends_in_the_users_time_zone() {
    let app = App::start().await;
    let (in_utc, west, east) = (
        app.guest().await,
        app.guest_in("Pacific/Pago_Pago").await,
        app.guest_in("Pacific/Kiritimati").await,
    );
    let today_in_utc = date_in(&app, "UTC", 0).await;
    let today_in_the_west = date_in(&app, "Pacific/Pago_Pago", 0).await;

    in_utc.create(json!({ "title": "today", "due_date": today_in_utc })).await;
    west.create(json!({ "title": "today", "due_date": today_in_the_west })).await;
    let task = west.task("another").await;
    west.patch(&format!("{task}/due-date"), json!({ "due_date": today_in_the_west })).await.expect(200);

    // Kiritimati is 25 hours ahead of Pago Pago, so the day is over there.
    let over = east.post("/api/tasks", json!({ "title": "over", "due_date": today_in_the_west })).await;
    assert_eq!(over.wrong_members(), ["/due_date"]);
}

#[tokio::test]
async fn an_all_day_task_keeps_its_date_where_the_last_hour_of_the_day_is_skipped() {
    let app = App::start().await;
    let on_that_day = "/api/tasks?due_after=2031-03-29&due_before=2031-03-29";
    for zone in ["America/Nuuk", "America/Scoresbysund"] {
        let ada = app.guest_in(zone).await;
        // From eleven the clocks there go forward to midnight.
        let task = ada.create(json!({ "title": "pack", "due_date": "2031-03-29" })).await;
        assert_eq!(task.json()["due_date"], "2031-03-30T00:59:00+00:00", "{zone}");
        assert_eq!(ada.titles(on_that_day).await, ["pack"], "{zone}");

        for (moved_to, due) in
            [("Europe/Berlin", "2031-03-29T22:59:00+00:00"), (zone, "2031-03-30T00:59:00+00:00")]
        {
            ada.patch("/api/auth/me", json!({ "timezone": moved_to })).await.expect(200);
            let moved = ada.get(task.header("location")).await.expect(200).json();
            assert_eq!(moved["due_date"], due, "{zone}, {moved_to}");
            assert_eq!(ada.titles(on_that_day).await, ["pack"], "{zone}, {moved_to}");
        }
    }
}

#[tokio::test]
async fn a_priority_can_be_set_by_itself() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = ada.create(json!({ "title": "report", "tags": ["work"], "due_date": "2031-01-05" })).await;
    let priority = format!("{}/priority", task.header("location"));

    let set = ada.patch(&priority, json!({ "priority": "HIGH" })).await.expect(200);

    let mut expected = task.json();
    for (member, value) in [("priority", json!("high")), ("version", json!(2)), ("seq", json!(2))] {
        expected[member] = value;
    }
    expected["updated_at"] = set.json()["updated_at"].clone();
    assert_eq!(set.json(), expected);
    assert_eq!(set.header("etag"), "\"2\"");
    for wrong in [json!({}), json!({ "priority": null }), json!({ "priority": "urgent" })] {
        assert_eq!(ada.patch(&priority, wrong.clone()).await.wrong_members(), ["/priority"], "{wrong}");
    }
    assert_eq!(
        ada.patch(&priority, json!({ "priority": "low", "title": "x" })).await.wrong_members(),
        ["/title"]
    );
    app.guest().await.patch(&priority, json!({ "priority": "low" })).await.problem(404);
}

#[tokio::test]
async fn an_all_day_task_keeps_its_date_when_its_user_moves() {
    let app = App::start().await;
    let ada = app.guest_in("America/New_York").await;
    let bob = app.guest_in("America/New_York").await;
    let on =
        ada.create(json!({ "title": "taxes", "due_date": "2031-04-15" })).await.header("location").to_owned();
    let gone = ada
        .create(json!({ "title": "winter", "due_date": "2031-01-15" }))
        .await
        .header("location")
        .to_owned();
    ada.delete(&gone).await.expect(204);
    let at = ada.create(json!({ "title": "call", "due_date": "2031-04-15T17:00:00Z" })).await;
    let of_bob = bob.create(json!({ "title": "taxes", "due_date": "2031-04-15" })).await;

    let user = ada.patch("/api/auth/me", json!({ "timezone": "Europe/Berlin" })).await.expect(200).json();

    assert_eq!(user["timezone"], "Europe/Berlin");
    let moved = ada.get(&on).await.expect(200).json();
    assert_eq!((&moved["due_date"], &moved["all_day"]), (&json!("2031-04-15T21:59:00+00:00"), &json!(true)));
    assert_eq!(moved["version"], 2);
    let restored = ada.post(&format!("{gone}/restore"), json!({})).await.expect(200).json();
    assert_eq!(restored["due_date"], "2031-01-15T22:59:00+00:00");
    assert_eq!(ada.get(at.header("location")).await.expect(200).json(), at.json());
    assert_eq!(bob.get(of_bob.header("location")).await.expect(200).json(), of_bob.json());

    let events = app.database.events().await;
    let updates: Vec<&Value> = events.iter().filter(|event| event["type"] == "task.updated").collect();
    assert_eq!(updates.len(), 2, "{updates:?}");
    let event =
        updates.iter().find(|event| event["after"]["title"] == "taxes").expect("the event of what moved");
    assert_eq!(event["before"]["due_date"], "2031-04-16T03:59:00+00:00");
    assert_eq!(event["after"], moved);
    assert_eq!(event["seq"], moved["seq"]);
    assert_ne!(updates[0]["seq"], updates[1]["seq"]);
}
