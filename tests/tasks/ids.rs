//! Ids that clients choose for tasks, series and reminders.

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Person, Response};

use crate::events::poll_until;

const SERIES: &str = "/api/recurring-tasks";

/// Returns an id as clients make them.
fn new_id() -> String {
    domain::Id::new(web::now_ms(), web::random()).to_string()
}

/// Returns everything that a request may have made, and the number of events.
async fn snapshot(app: &App) -> Vec<Value> {
    let query = "select (select jsonb_agg(t order by t.id) from app.tasks t) as tasks,
                        (select jsonb_agg(s order by s.id) from app.series s) as series,
                        (select jsonb_agg(r order by r.id) from app.reminders r) as reminders,
                        (select jsonb_agg(u.seq order by u.id) from app.users u) as places,
                        (select count(*) from app.outbox where topic = 'task-events') as events";
    app.database.rows(query).await
}

/// Asserts that a request is answered as the first time, and that it changes nothing.
async fn assert_repeats(app: &App, ada: &Person, path: &str, body: &Value, first: &Response) {
    let before = snapshot(app).await;

    let again = ada.post(path, body.clone()).await.expect(201);

    assert_eq!(again.text, first.text, "{body}");
    for header in ["location", "etag"] {
        assert_eq!(again.header(header), first.header(header), "{header} of {body}");
    }
    assert_eq!(snapshot(app).await, before, "{body}");
}

#[tokio::test]
async fn a_task_a_series_and_a_reminder_have_the_ids_that_the_client_chose() {
    let app = App::start().await;
    let ada = app.guest().await;
    let [task, of_task, more, series, first, of_first, rule] = [(); 7].map(|()| new_id());

    let made = ada
        .create(json!({ "id": task.to_uppercase(), "title": "report", "due_date": "2031-04-02T17:00:00Z",
                        "reminders": [{ "id": of_task, "before": "1h" }, { "before": "2h" }] }))
        .await;
    assert_eq!(made.header("location"), format!("/api/tasks/{task}"));
    assert_eq!(made.id(), task);
    ada.patch(&format!("/api/tasks/{task}"), json!({ "title": "the report" })).await.expect(200);
    let path = format!("/api/tasks/{task}/reminders");
    let at = json!({ "id": more, "at": "2031-04-01T09:00:00Z" });
    let added = ada.post(&path, at).await.expect(201);
    assert_eq!(
        (added.id(), added.header("location")),
        (more.clone(), format!("/api/reminders/{more}").as_str())
    );
    let listed = ada.get(&path).await.expect(200).json();
    let ids: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!((&ids[0], &ids[2]), (&json!(more), &json!(of_task)), "by time: {listed}");

    let daily = json!({ "id": series, "title": "water plants", "frequency": "daily" });
    assert_eq!(ada.post(SERIES, daily).await.expect(201).id(), series);
    let weekly = json!({
        "id": first, "title": "call mom", "due_date": "2031-01-05T10:00:00Z",
        "reminders": [{ "id": of_first, "before": "15m" }],
        "recurrence": { "id": rule, "frequency": "weekly" },
    });
    let made = ada.create(weekly).await.json();
    assert_eq!((&made["id"], &made["recurring_task_id"]), (&json!(first), &json!(rule)));
    assert_eq!(
        ada.get(&format!("{SERIES}/{rule}")).await.expect(200).json()["reminders"],
        json!([{ "before": "15m" }])
    );
    let of_it = ada.get(&format!("/api/tasks/{first}/reminders")).await.expect(200).json();
    assert_eq!((&of_it["items"][0]["id"], of_it["items"].as_array().unwrap().len()), (&json!(of_first), 1));
}

#[tokio::test]
async fn the_same_request_is_answered_as_the_first_time_for_good() {
    let app = App::with(&[("app_api_token", DAPR_TOKEN)]).await;
    let ada = app.guest_in("Europe/Berlin").await;
    let everything = json!({
        "id": new_id(), "title": "call mom", "description": "line one\nline two", "priority": "high",
        "tags": ["family", "phone"], "due_date": "2031-04-02", "allow_past": false,
        "reminders": [{ "id": new_id(), "before": "1h" }, { "at": "2031-04-01T09:00:00.5Z" }],
    });
    let recurring = json!({
        "id": new_id(), "title": "pay the rent", "due_date": "2031-01-31T09:00:00Z",
        "recurrence": { "id": new_id(), "frequency": "monthly", "end_date": "2033-01-31" },
        "reminders": [{ "id": new_id(), "before": "1d" }],
    });
    for body in [json!({ "id": new_id(), "title": "milk" }), everything, recurring] {
        let first = ada.create(body.clone()).await;
        let task = first.header("location");
        let repeats = async || assert_repeats(&app, &ada, "/api/tasks", &body, &first).await;

        repeats().await;
        let patch = json!({ "title": "changed", "due_date": null, "tags": [], "description": null });
        ada.patch(task, patch).await.expect(200);
        ada.post(&format!("{task}/complete"), json!({})).await.expect(200);
        ada.patch("/api/auth/me", json!({ "timezone": "America/New_York" })).await.expect(200);
        repeats().await;
        ada.delete(task).await.expect(204);
        repeats().await;
        ada.delete(&format!("{task}?permanent=true")).await.expect(204);
        repeats().await;
        app.database.change("update app.tombstones set created_at = now() - interval '91 days'").await;
        app.as_dapr("/internal/housekeeping").send().await.expect(200);
        assert_eq!(app.database.rows("select 1 from app.tombstones").await, [] as [Value; 0]);
        repeats().await;
        ada.get(task).await.problem(404);
        ada.patch("/api/auth/me", json!({ "timezone": "Europe/Berlin" })).await.expect(200);
    }
    let kept = app.database.rows("select answer::text from app.used_ids").await;
    let kept = json!(kept).to_string();
    for private in ["call mom", "line one", "family", "pay the rent", "milk"] {
        assert!(!kept.contains(private), "what was deleted for good is not kept: {kept}");
    }
}

#[tokio::test]
async fn the_same_series_and_reminders_are_answered_as_the_first_time_for_good() {
    let app = App::start().await;
    let ada = app.guest_in("Europe/Berlin").await;
    // Without a start it starts today, in the user's zone.
    for rule in [
        json!({ "frequency": "daily" }),
        json!({ "frequency": "weekly", "by_weekday": ["mon", "fri"], "interval": 2, "tags": ["home"],
                "start_date": "2031-01-01T09:00:00+01:00", "end_date": "2032-01-01", "timezone": "Asia/Tokyo",
                "reminders": [{ "before": "1h" }, { "before": "1d" }], "description": "with care" }),
        json!({ "frequency": "monthly", "day_of_month": "last", "anchor": "completion" }),
    ] {
        let mut body = json!({ "id": new_id(), "title": "water plants" });
        body.as_object_mut().unwrap().extend(rule.as_object().unwrap().clone());
        let first = ada.post(SERIES, body.clone()).await.expect(201);
        let series = first.header("location");

        assert_repeats(&app, &ada, SERIES, &body, &first).await;
        ada.patch("/api/auth/me", json!({ "timezone": "Pacific/Kiritimati" })).await.expect(200);
        ada.patch(series, json!({ "title": "changed", "reminders": [], "interval": 5 })).await.expect(200);
        assert_repeats(&app, &ada, SERIES, &body, &first).await;
        ada.delete(&format!("{series}?delete_open=true")).await.expect(204);
        assert_repeats(&app, &ada, SERIES, &body, &first).await;
        ada.patch("/api/auth/me", json!({ "timezone": "Europe/Berlin" })).await.expect(200);
    }

    let task = ada.create(json!({ "title": "report", "due_date": "2031-04-02T17:00:00Z" })).await;
    let path = format!("{}/reminders", task.header("location"));
    for when in [json!({ "before": "1h" }), json!({ "at": "2031-04-01T09:00:00Z" })] {
        let mut body = json!({ "id": new_id() });
        body.as_object_mut().unwrap().extend(when.as_object().unwrap().clone());
        let first = ada.post(&path, body.clone()).await.expect(201);

        assert_repeats(&app, &ada, &path, &body, &first).await;
        ada.post(&format!("{}/snooze", first.header("location")), json!({ "for": "1h" })).await.expect(200);
        assert_repeats(&app, &ada, &path, &body, &first).await;
        ada.delete(first.header("location")).await.expect(204);
        assert_repeats(&app, &ada, &path, &body, &first).await;
        ada.post(&format!("{}/complete", task.header("location")), json!({})).await.expect(200);
        assert_repeats(&app, &ada, &path, &body, &first).await;
        ada.post(&format!("{}/reopen", task.header("location")), json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn a_repeat_may_come_when_its_times_have_passed() {
    let app = App::start().await;
    let ada = app.guest().await;
    let plain = ada.task("call mom").await;
    let passes = web::now_ms() + 3000;
    let at = domain::rfc3339_from_ms(passes);
    let mut requests = vec![
        ("/api/tasks".to_owned(), json!({ "title": "x", "due_date": at, "reminders": [{ "at": at }] })),
        (format!("{plain}/reminders"), json!({ "at": at })),
        (
            "/api/tasks".to_owned(),
            json!({ "title": "y", "due_date": at, "recurrence": { "frequency": "daily" } }),
        ),
    ];
    let mut answers = Vec::new();
    for (path, body) in &mut requests {
        body["id"] = json!(new_id());
        answers.push(ada.post(path, body.clone()).await.expect(201));
    }
    poll_until("the times have passed", async || (web::now_ms() > passes).then_some(())).await;

    for ((path, body), first) in requests.iter().zip(&answers) {
        assert_repeats(&app, &ada, path, body, first).await;
        let other = json!({ "id": new_id(), "title": "z", "due_date": at, "reminders": [{ "at": at }] });
        ada.post("/api/tasks", other).await.problem(422);
    }
}

#[tokio::test]
async fn a_body_is_the_same_if_it_means_the_same() {
    let app = App::start().await;
    let ada = app.guest().await;
    let id = new_id();
    let body =
        json!({ "id": id, "title": "buy milk", "priority": "high", "due_date": "2031-04-02T15:00:00Z" });
    let first = ada.create(body).await;

    let other = json!({
        "due_date": "2031-04-02T17:00:00+02:00", "priority": "HIGH", "title": "  buy milk ", "tags": null,
        "id": id.to_uppercase(),
    });
    assert_repeats(&app, &ada, "/api/tasks", &other, &first).await;
}

#[tokio::test]
async fn an_id_with_another_body_or_of_another_thing_is_refused() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let named = new_id();
    let made = ada.create(json!({ "id": named, "title": "secret plan", "due_date": "2031-04-02" })).await;
    let unnamed = ada.create(json!({ "title": "secret plan" })).await;
    let series = ada.post(SERIES, json!({ "title": "secret plan", "frequency": "daily" })).await.expect(201);
    let at = || json!({ "id": new_id(), "at": "2031-04-01T09:00:00Z" });
    let path = format!("{}/reminders", made.header("location"));
    let reminder = ada.post(&path, at()).await.expect(201);
    let (purged, deleted) = (ada.task("thrown away").await, ada.post(&path, at()).await.expect(201));
    ada.delete(&format!("{purged}?permanent=true")).await.expect(204);
    ada.delete(deleted.header("location")).await.expect(204);
    let purged = purged.trim_start_matches("/api/tasks/").to_owned();
    let before = snapshot(&app).await;

    let everyone = [&ada, &eve];
    for (person, id) in [named.clone(), unnamed.id(), series.id(), reminder.id()]
        .iter()
        .flat_map(|id| everyone.map(|person| (person, id.clone())))
        // Nobody else can see what is gone.
        .chain([(&ada, purged), (&ada, deleted.id())])
    {
        for (path, body) in [
            ("/api/tasks", json!({ "id": id, "title": "secret plan" })),
            (
                "/api/tasks",
                json!({ "title": "x", "reminders": [{ "id": id, "at": "2031-04-01T09:00:00Z" }] }),
            ),
            ("/api/tasks", json!({ "title": "x", "recurrence": { "id": id, "frequency": "daily" } })),
            (SERIES, json!({ "id": id, "title": "secret plan", "frequency": "daily" })),
        ] {
            let refused = person.post(path, body.clone()).await;
            let problem = refused.problem(409);
            assert!(!problem.to_string().contains("secret plan"), "{body}: {problem}");
            assert_eq!(refused.header("taskflow-seq"), "", "{body}");
        }
    }
    let other = json!({ "id": named, "title": "secret plan", "due_date": "2031-04-02", "tags": ["x"] });
    ada.post("/api/tasks", other).await.problem(409);
    let twice = new_id();
    let twice =
        json!({ "id": twice, "title": "x", "reminders": [{ "id": twice, "at": "2031-04-01T09:00:00Z" }] });
    ada.post("/api/tasks", twice).await.problem(409);

    assert_eq!(snapshot(&app).await, before);
}

#[tokio::test]
async fn a_request_that_was_refused_leaves_its_id_free() {
    let app = App::start().await;
    let ada = app.guest().await;
    let id = new_id();

    let past = json!({ "id": id, "title": "report", "due_date": "2020-01-01" });
    assert_eq!(ada.post("/api/tasks", past).await.wrong_members(), ["/due_date"]);

    assert_eq!(ada.create(json!({ "id": id, "title": "report" })).await.id(), id);
}

#[tokio::test]
async fn an_id_that_is_no_uuid_of_version_7_is_invalid() {
    let app = App::start().await;
    let ada = app.guest().await;
    for id in [json!("1"), json!(7), json!("0198c0de-0000-4000-8000-000000000001"), json!("")] {
        let task = json!({ "id": id, "title": "x", "recurrence": { "id": id, "frequency": "daily" },
                           "reminders": [{ "id": id, "before": "1h" }] });
        let mut wrong = ada.post("/api/tasks", task).await.wrong_members();
        wrong.sort();
        assert_eq!(wrong, ["/id", "/recurrence/id", "/reminders/0/id"], "{id}");
        let series = json!({ "id": id, "title": "x", "frequency": "daily" });
        assert_eq!(ada.post(SERIES, series).await.wrong_members(), ["/id"], "{id}");
    }
    ada.create(json!({ "id": null, "title": "without a choice" })).await;
}

#[tokio::test]
async fn eight_concurrent_copies_of_a_named_request_create_one_task() {
    let app = App::start().await;
    let (ada, eve) = (app.guest().await, app.guest().await);
    let body = json!({ "id": new_id(), "title": "buy milk" });

    let copies = join_all((0..8).map(|_| ada.post("/api/tasks", body.clone()))).await;

    let first = copies[0].text.clone();
    for copy in copies {
        assert_eq!(copy.expect(201).text, first);
    }
    assert_eq!(app.database.events().await.len(), 1);
    // Of two users, one gets the id.
    let body = json!({ "id": new_id(), "title": "buy milk" });
    let both = join_all([&ada, &eve].map(|person| person.post("/api/tasks", body.clone()))).await;
    let mut statuses: Vec<u16> = both.iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn a_named_request_may_have_an_idempotency_key_too() {
    let app = App::start().await;
    let ada = app.guest().await;
    let body = json!({ "id": new_id(), "title": "buy milk" });
    let post = async |key: &str, body: &Value| {
        ada.call("POST", "/api/tasks").header("idempotency-key", key).json(body).send().await
    };
    let first = post("one", &body).await.expect(201);

    for key in ["one", "two", "two"] {
        assert_eq!(post(key, &body).await.expect(201).text, first.text, "{key}");
    }
    let other = json!({ "id": new_id(), "title": "buy milk" });
    assert_eq!(post("two", &other).await.problem(422)["errors"][0]["header"], "Idempotency-Key");
    assert_eq!(ada.titles("/api/tasks").await, ["buy milk"]);
}
