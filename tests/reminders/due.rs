//! Due reminders are claimed and published once, in order, on time.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{App, is_full};

use super::{
    CRON, EVENTS, LATER, MAIL, app_without_sidecar, change_silently, claim_and_deliver, claim_due,
    create_due, create_many, create_task, deliver, due_events, in_ms, make_all_overdue, notifications,
    notified_tasks, pending_events, tasks_in_order,
};
use crate::events::{poll_until, wait_for_trail};

/// Returns the reminder ids of events.
fn reminder_ids(events: &[Value]) -> Vec<Value> {
    events.iter().map(|event| event["data"]["reminder_id"].clone()).collect()
}

/// Waits for a number of `reminder.due` events and returns them.
async fn wait_for_due_events(app: &App, count: usize) -> Vec<Value> {
    let events = poll_until(&format!("{count} events"), async || {
        let events = pending_events(app, "reminder.due").await;
        (events.len() >= count).then_some(events)
    })
    .await;
    let distinct: BTreeSet<String> = reminder_ids(&events).iter().map(Value::to_string).collect();
    assert_eq!((events.len(), distinct.len()), (count, count), "each once");
    events
}

#[tokio::test]
async fn a_due_reminder_is_delivered_and_its_steps_are_in_the_trail() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let task = json!({ "title": "call mom", "due_date": LATER, "reminders": [{ "at": in_ms(2000) }] });
    let made = ada.create(task).await;

    let received = poll_until("the notification", async || notifications(&ada).await.pop()).await;

    assert_eq!(
        (&received["kind"], &received["title"], &received["task_id"]),
        (&json!("reminder"), &json!("call mom"), &json!(made.id()))
    );
    let items = wait_for_trail(&ada, &format!("/api/audit/tasks/{}", made.id()), 4).await;
    let types: Vec<_> = items.iter().map(|item| item["event_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["task.created", "reminder.created", "reminder.due", "reminder.sent"]);
    let took = app
        .database
        .rows("select extract(epoch from sent_at - remind_at)::float8 as took from app.reminders")
        .await;
    let took = took[0]["took"].as_f64().unwrap();
    assert!(took >= 0.0 && (is_full() || took < 5.0), "{took}");
}

#[tokio::test]
async fn most_reminders_are_delivered_within_five_seconds() {
    let app = App::with_events().await;
    let people = join_all((0..20).map(|_| app.guest())).await;
    // The broker may still be starting, so the first delivery is not measured.
    create_due(&app, &people[0], "the first", "1 second").await;
    poll_until("the first", async || (!notifications(&people[0]).await.is_empty()).then_some(())).await;

    join_all(people.iter().enumerate().map(async |(number, person)| {
        let at = in_ms(1000 + 200 * number as u64);
        create_task(person, json!({ "title": "soon", "reminders": [{ "at": at }] })).await;
    }))
    .await;

    let took = "select extract(epoch from sent_at - remind_at)::float8 as took from app.reminders
                 join app.tasks on tasks.id = task_id
                where tasks.title = 'soon' and reminders.status = 'sent'";
    let rows = poll_until("all of them", async || {
        let rows = app.database.rows(took).await;
        (rows.len() == people.len()).then_some(rows)
    })
    .await;
    let in_time = rows.iter().filter(|row| (0.0..5.0).contains(&row["took"].as_f64().unwrap())).count();
    assert!(in_time >= 19, "{rows:?}");
}

#[tokio::test]
async fn a_reminder_that_becomes_due_during_a_cron_call_is_published_on_time() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let given = json!([{ "at": in_ms(2000) }, { "at": in_ms(4000) }, { "at": in_ms(60_000) }]);
    create_task(&ada, json!({ "title": "soon", "reminders": given })).await;

    claim_due(&app).await;
    assert_eq!(pending_events(&app, "reminder.due").await, [] as [Value; 0], "its time has not come");

    // There is no second call of the cron binding.
    wait_for_due_events(&app, 2).await;
    let took = "select extract(epoch from outbox.occurred_at - reminders.remind_at)::float8 as took
                  from app.outbox join app.reminders
                    on reminders.id::text = app.cloud_event(outbox)::json #>> '{data,reminder_id}'
                 where outbox.type = 'reminder.due'";
    let rows = app.database.rows(took).await;
    assert!(rows.iter().all(|row| (0.0..1.5).contains(&row["took"].as_f64().unwrap())), "{rows:?}");
}

#[tokio::test]
async fn ten_concurrent_claims_claim_each_reminder_once_and_in_the_order_of_its_user() {
    let app = app_without_sidecar().await;
    let people = join_all((0..5).map(|_| app.guest())).await;
    join_all(people.iter().map(|person| create_many(&app, person, 40))).await;
    make_all_overdue(&app, "1 second").await;

    for response in join_all((0..10).map(|_| app.as_dapr(CRON).send())).await {
        response.expect(200);
    }

    let events = wait_for_due_events(&app, 200).await;
    for person in &people {
        let theirs = events.iter().filter(|event| event["data"]["user_id"] == person.id());
        let tasks: Vec<_> = theirs.map(|event| event["data"]["task_id"].clone()).collect();
        assert_eq!(tasks, tasks_in_order(&app, person).await);
    }
    claim_due(&app).await;
    wait_for_due_events(&app, 200).await;
}

#[tokio::test]
async fn a_thousand_due_reminders_of_many_users_are_delivered_once_and_in_order() {
    let app = app_without_sidecar().await;
    let people = join_all((0..20).map(|_| app.guest())).await;
    join_all(people.iter().map(|person| create_many(&app, person, 50))).await;
    make_all_overdue(&app, "1 second").await;

    claim_due(&app).await;

    let events = wait_for_due_events(&app, 1000).await;
    let in_time = app.database.rows("select id from app.reminders order by remind_at").await;
    assert_eq!(reminder_ids(&events), in_time.iter().map(|row| row["id"].clone()).collect::<Vec<_>>());
    for some in events.chunks(100) {
        assert_eq!(deliver(&app, some).await, vec!["SUCCESS"; some.len()]);
    }
    for person in &people {
        assert_eq!(notified_tasks(person).await, tasks_in_order(&app, person).await);
        assert_eq!(notifications(person).await.len(), 5, "at most ten tasks in a digest");
    }
    let done =
        app.database.rows("select status, attempts, count(*) as n from app.reminders group by 1, 2").await;
    assert_eq!(done, [json!({ "status": "sent", "attempts": 1, "n": 1000 })]);
}

#[tokio::test]
async fn a_thousand_due_reminders_of_one_user_are_delivered_in_a_hundred_digests() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    create_many(&app, &ada, 1000).await;
    make_all_overdue(&app, "1 second").await;

    poll_until("all of them", async || {
        let sent = app.database.rows("select count(*) as n from app.reminders where status = 'sent'").await;
        (sent[0]["n"] == 1000).then_some(())
    })
    .await;

    assert_eq!(notified_tasks(&ada).await, tasks_in_order(&app, &ada).await);
    let received = notifications(&ada).await;
    assert!(
        received.iter().all(|one| one["kind"] == "digest" && one["task_ids"].as_array().unwrap().len() == 10)
    );
    assert_eq!(received.len(), 100);
}

#[tokio::test]
async fn a_claim_and_its_event_are_atomic() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let reminder = create_due(&app, &ada, "call mom", "1 second").await;
    let fail = "create sequence app.tries;
                create function app.fail() returns trigger language plpgsql security definer as $$
                begin
                    if nextval('app.tries') = 1 then
                        raise exception 'not now';
                    end if;
                    return new;
                end $$;
                create trigger fail before insert on app.outbox for each row when (new.type = 'reminder.due')
                   execute function app.fail()";
    app.database.change(fail).await;

    poll_until("the event", async || {
        // The first attempt fails.
        app.as_dapr(CRON).send().await;
        (!pending_events(&app, "reminder.due").await.is_empty()).then_some(())
    })
    .await;

    assert_eq!(reminder_ids(&wait_for_due_events(&app, 1).await), [reminder["id"].clone()]);
    let tries = app.database.rows("select last_value as n from app.tries").await;
    assert_eq!(tries, [json!({ "n": 2 })], "a notification that failed was not claimed");
}

#[tokio::test]
async fn after_a_crash_the_expired_claim_is_taken_over_and_the_reminder_is_sent_once() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    let reminder = create_due(&app, &ada, "call mom", "1 second").await;
    claim_due(&app).await;
    claim_due(&app).await;
    wait_for_due_events(&app, 1).await;
    let lease =
        "select extract(epoch from claimed_until - now()) / 60 between 14 and 15 as right from app.reminders";
    assert_eq!(app.database.rows(lease).await, [json!({ "right": true })]);

    change_silently(&app, "update app.reminders set claimed_until = now() - interval '1 second'").await;
    claim_due(&app).await;

    let events = due_events(&app, &reminder, 2).await;
    assert_ne!(events[0]["data"]["event_id"], events[1]["data"]["event_id"]);
    assert_eq!(deliver(&app, &events).await, ["SUCCESS", "SUCCESS"]);
    claim_and_deliver(&app).await;
    assert_eq!(notifications(&ada).await.len(), 1);
    assert_eq!(pending_events(&app, "reminder.sent").await.len(), 1);
}

#[tokio::test]
async fn only_dapr_can_claim_deliver_and_mail_reminders() {
    let app = app_without_sidecar().await;
    let ada = app.guest().await;
    create_due(&app, &ada, "call mom", "1 second").await;

    for path in [CRON, EVENTS, MAIL] {
        app.call("POST", path).send().await.problem(401);
        app.call("POST", path).header("dapr-api-token", "another").send().await.problem(401);
        ada.post(path, json!({})).await.problem(401);
    }

    assert_eq!(pending_events(&app, "reminder.due").await, [] as [Value; 0]);
    claim_due(&app).await;
    wait_for_due_events(&app, 1).await;
}

#[tokio::test]
async fn a_locked_user_does_not_delay_reminders_of_others() {
    let app = app_without_sidecar().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    create_many(&app, &ada, 5).await;
    make_all_overdue(&app, "1 minute").await;
    let reminder = create_due(&app, &ben, "call mom", "1 second").await;
    change_silently(&app, "update app.settings set reminder_batch = 3").await;
    let mut owner = app.database.owner().await;
    let write = owner.transaction().await.unwrap();
    let lock = format!("select from app.users where id = '{}' for no key update", ada.id());
    write.batch_execute(&lock).await.unwrap();

    let looked = app.as_dapr(CRON).send().await.expect(200).json();

    assert_eq!(looked, json!({ "claimed": 1 }));
    assert_eq!(reminder_ids(&wait_for_due_events(&app, 1).await), [reminder["id"].clone()]);
    write.rollback().await.unwrap();
    claim_due(&app).await;
    let events = wait_for_due_events(&app, 6).await;
    let of_ada: Vec<_> = events[1..].iter().map(|event| event["data"]["task_id"].clone()).collect();
    assert_eq!(of_ada, tasks_in_order(&app, &ada).await);
}
