use serde_json::{Value, json};
use tests::App;

use super::{
    LATER, all_pages, app_without_sidecar, change_silently, changes, claim_and_deliver, create_due,
    create_reminder, create_task, current_seq, events_about, make_overdue, path_of, pending_events, reload,
    reminders, task_of, text, upcoming,
};

#[tokio::test]
async fn pending_reminders_are_listed_soonest_first_and_in_pages() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let year = |year: i32| json!({ "at": format!("{year}-01-01T00:00:00Z") });
    let one = create_task(&ada, json!({ "title": "one", "reminders": [year(2034), year(2031)] })).await;
    create_task(
        &ada,
        json!({ "title": "two", "due_date": "2033-01-02T00:00:00Z", "reminders": [{ "before": "1d" }] }),
    )
    .await;
    create_task(&ada, json!({ "title": "three", "reminders": [year(2032), year(2035)] })).await;
    let done = create_task(&ada, json!({ "title": "done", "reminders": [year(2036)] })).await;
    ada.post(&format!("{done}/complete"), json!({})).await.expect(200);
    create_due(&app, &ada, "sent", "1 second").await;
    claim_and_deliver(&app).await;
    create_task(&ben, json!({ "title": "of somebody else", "reminders": [year(2030)] })).await;

    let all = upcoming(&ada).await;

    let times: Vec<_> = all.iter().map(|one| &text(one, "remind_at")[..4]).collect();
    assert_eq!(times, ["2031", "2032", "2033", "2034", "2035"]);
    assert_eq!(all[0], reminders(&ada, &one).await[0]);
    assert_eq!(all_pages(&ada, "/api/reminders?limit=2").await, all);
    assert_eq!(
        ada.get("/api/reminders").await.expect(200).json(),
        json!({ "items": all, "next_cursor": null })
    );
    assert_eq!(upcoming(&ben).await.len(), 1);
}

#[tokio::test]
async fn reminders_of_the_same_time_are_each_on_one_page() {
    let app = App::start().await;
    let ada = app.guest().await;
    create_task(&ada, json!({ "title": "nag me", "reminders": vec![json!({ "at": LATER }); 5] })).await;

    let mut ids: Vec<_> =
        all_pages(&ada, "/api/reminders?limit=2").await.iter().map(|one| one["id"].clone()).collect();

    ids.sort_by_key(Value::to_string);
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn an_invalid_parameter_is_reported() {
    let app = App::start().await;
    let ada = app.guest().await;
    for (path, wrong) in [
        ("/api/reminders?limit=0", "limit"),
        ("/api/reminders?cursor=nonsense", "cursor"),
        ("/api/reminders?colour=red", "colour"),
        ("/api/notifications?limit=201", "limit"),
        ("/api/notifications?cursor=nonsense", "cursor"),
        ("/api/notifications?unread=maybe", "unread"),
    ] {
        assert_eq!(ada.get(path).await.problem(422)["errors"][0]["parameter"], wrong, "{path}");
    }
}

#[tokio::test]
async fn a_deleted_reminder_leaves_a_tombstone() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task = create_task(
        &ada,
        json!({ "title": "call mom", "due_date": LATER, "reminders": [{ "before": "1h" }] }),
    )
    .await;
    let kept = reminders(&ada, &task).await.remove(0);
    let gone = create_reminder(&ada, &task, json!({ "at": "2031-01-01T00:00:00Z" })).await;
    let before = current_seq(&ada).await;

    assert_eq!(ada.delete(&path_of(&gone)).await.expect(204).text, "");

    assert_eq!(reminders(&ada, &task).await, std::slice::from_ref(&kept));
    assert_eq!(upcoming(&ada).await, [kept]);
    ada.delete(&path_of(&gone)).await.problem(404);
    ada.post(&format!("{}/snooze", path_of(&gone)), json!({ "for": "10m" })).await.problem(404);
    let [tombstone] = changes(&ada, "reminder", &before).await.try_into().unwrap();
    let expected = json!({ "seq": tombstone["seq"], "kind": "reminder", "id": gone["id"],
                           "deleted": true, "data": null });
    assert_eq!(tombstone, expected);
}

#[tokio::test]
async fn reminders_purged_with_their_task_leave_tombstones() {
    let app = App::start().await;
    let ada = app.guest().await;
    let task =
        create_task(&ada, json!({ "title": "call mom", "reminders": [{ "at": LATER }, { "at": LATER }] }))
            .await;
    let mut expected: Vec<_> = reminders(&ada, &task).await.iter().map(|one| one["id"].clone()).collect();
    let before = current_seq(&ada).await;

    ada.delete(&format!("{task}?permanent=true")).await.expect(204);

    let tombstones = changes(&ada, "reminder", &before).await;
    assert!(tombstones.iter().all(|one| one["deleted"] == true && one["data"].is_null()), "{tombstones:?}");
    let mut ids: Vec<_> = tombstones.iter().map(|one| one["id"].clone()).collect();
    ids.sort_by_key(Value::to_string);
    expected.sort_by_key(Value::to_string);
    assert_eq!(ids, expected);
    assert_eq!(upcoming(&ada).await, [] as [Value; 0]);
}

#[tokio::test]
async fn every_change_of_a_reminder_is_synced() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task = create_task(
        &ada,
        json!({ "title": "call mom", "due_date": LATER, "reminders": [{ "before": "1h" }] }),
    )
    .await;
    let reminder = reminders(&ada, &task).await.remove(0);
    let mut last = 0;
    for step in ["made", "moved", "snoozed", "cancelled", "pending again", "sent"] {
        match step {
            "made" => {}
            "moved" => {
                drop(ada.patch(&task, json!({ "due_date": "2032-01-01T00:00:00Z" })).await.expect(200))
            }
            "snoozed" => {
                ada.post(&format!("{}/snooze", path_of(&reminder)), json!({ "until": LATER }))
                    .await
                    .expect(200);
            }
            "cancelled" => drop(ada.post(&format!("{task}/complete"), json!({})).await.expect(200)),
            "pending again" => drop(ada.post(&format!("{task}/reopen"), json!({})).await.expect(200)),
            _ => {
                change_silently(&app, "update app.reminders set remind_at = now() - interval '1 second'")
                    .await;
                claim_and_deliver(&app).await;
            }
        }
        let [change] = changes(&ada, "reminder", &json!(last)).await.try_into().unwrap();
        assert_eq!(change["data"], reload(&ada, &reminder).await, "{step}");
        assert_eq!((&change["id"], &change["deleted"]), (&reminder["id"], &json!(false)), "{step}");
        last = change["seq"].as_i64().unwrap();
    }
    assert_eq!(changes(&ada, "reminder", &json!(last)).await, [] as [Value; 0]);
    assert_eq!(reload(&ada, &reminder).await["status"], "sent");
}

#[tokio::test]
async fn every_step_of_a_reminder_is_an_event() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let task = ada.task("call mom").await;
    let made = create_reminder(&ada, &task, json!({ "at": LATER })).await;
    let snooze = json!({ "until": "2031-04-02T18:00:00Z" });
    let snoozed = ada.post(&format!("{}/snooze", path_of(&made)), snooze).await.expect(200).json();
    make_overdue(&app, &made, "1 second").await;
    claim_and_deliver(&app).await;
    let sent = reload(&ada, &made).await;
    let other = create_reminder(&ada, &task, json!({ "at": LATER })).await;
    ada.delete(&path_of(&other)).await.expect(204);

    let events = events_about(pending_events(&app, "reminder.%").await, &made);
    let received: Vec<_> = events.iter().map(|event| (text(event, "type"), text(event, "topic"))).collect();
    let expected = [
        ("reminder.created", "task-events"),
        ("reminder.snoozed", "task-events"),
        ("reminder.due", "reminders"),
        ("reminder.sent", "reminders"),
    ];
    assert_eq!(received, expected);
    for (event, actor) in events.iter().zip(["user", "user", "system", "system"]) {
        assert_eq!(event["data"]["user_id"], ada.id());
        assert_eq!((&event["data"]["actor"], task_of(&event["data"])), (&json!(actor), task.clone()));
    }
    let [created, snooze, _, last] = events.try_into().unwrap();
    assert_eq!((&created["data"]["before"], &created["data"]["after"]), (&Value::Null, &made));
    assert_eq!((&snooze["data"]["before"], &snooze["data"]["after"]), (&made, &snoozed));
    let change = json!({ "from": LATER, "to": "2031-04-02T18:00:00+00:00" });
    assert_eq!(snooze["data"]["changes"]["remind_at"], change);
    assert_eq!(last["data"]["after"], sent);
    let cancelled = events_about(pending_events(&app, "reminder.cancelled").await, &other).remove(0);
    assert_eq!((&cancelled["data"]["before"], task_of(&cancelled["data"])), (&other, task));
}
