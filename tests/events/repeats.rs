//! Duplicate, reordered and concurrent deliveries have the effect of one delivery in order.

use std::time::Duration;

use futures::future::{join, join_all};
use serde_json::{Value, json};
use tests::{App, Person, bulk_of};

use super::{deliver, poll_until, wait_for_empty_outbox};

/// Random numbers that are the same in each run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound
    }

    /// Moves each event by less than `window` places.
    fn shuffled(&mut self, events: &[Value], window: usize) -> Vec<Value> {
        let mut placed: Vec<_> =
            events.iter().enumerate().map(|(at, event)| (at + self.below(window), event)).collect();
        placed.sort_by_key(|(place, _)| *place);
        placed.into_iter().map(|(_, event)| event.clone()).collect()
    }
}

/// Makes changes of all kinds as several users. Returns the users and the events, as Dapr would deliver them.
async fn make_history() -> (Vec<Person>, Vec<Value>) {
    let app = App::start().await;
    let people = join_all((0..4).map(|number| {
        let app = &app;
        async move { app.account(&format!("person{number}@example.com")).await }
    }))
    .await;
    join_all(people.iter().enumerate().map(|(number, person)| {
        let (app, people) = (&app, &people);
        async move {
            for round in 0..6 {
                let task = person.task(&format!("{round} of {number}")).await;
                person.patch(&task, json!({ "title": "changed", "priority": "high" })).await.expect(200);
                person
                    .call("PATCH", &task)
                    .header("if-match", "\"1\"")
                    .json(&json!({ "title": "x" }))
                    .send()
                    .await
                    .problem(412);
                person.post(&format!("{task}/complete"), json!({})).await.expect(200);
                person.post(&format!("{task}/reopen"), json!({})).await.expect(200);
                person.delete(&task).await.expect(204);
                person.post(&format!("{task}/restore"), json!({})).await.expect(200);
                if round % 2 == 0 {
                    person.delete(&format!("{task}?permanent=true")).await.expect(204);
                } else {
                    people[(number + 1) % people.len()].get(&task).await.problem(404);
                }
            }
            let login = json!({ "email": format!("person{number}@example.com"), "password": "not this one" });
            app.post("/api/auth/login", login).await.problem(401);
        }
    }))
    .await;
    app.call("GET", "/api/tasks").header("authorization", "Bearer x").send().await.problem(401);
    people[0].post("/api/tasks", json!({ "title": "a\0b" })).await.problem(422);
    let rows = "select topic, app.cloud_event(outbox)::json as event from app.outbox order by position";
    let events: Vec<Value> =
        app.database.rows(rows).await.into_iter().map(|row| as_delivered(&row)).collect();
    assert!(events.len() > 150, "{}", events.len());
    (people, events)
}

/// Returns a row of the outbox as Dapr delivers it.
fn as_delivered(row: &Value) -> Value {
    let mut event = row["event"].clone();
    event["topic"] = row["topic"].clone();
    event["pubsubname"] = json!("pubsub");
    event
}

/// Starts another app that has only these users.
async fn app_with_users(people: &[Person]) -> App {
    let app = App::with_events().await;
    for person in people {
        app.database
            .change(&format!("insert into app.users (id, guest) values ('{}', true)", person.id()))
            .await;
    }
    app
}

/// Returns everything that is derived from events.
async fn derived_rows(app: &App) -> Vec<Vec<Value>> {
    wait_for_empty_outbox(app).await;
    let mut all = Vec::new();
    for query in [
        "select * from app.audit order by event_id",
        "select * from app.high_water_marks order by consumer, topic, user_id",
        "select consumer, event_id, type from app.consumed_events order by consumer, event_id",
        // Late events are taken too.
        "select consumer, sum(times) as n from app.consumer_counters where outcome in ('done', 'late') group by consumer",
        "select consumer, event_id, reason from app.dead_letters",
    ] {
        all.push(app.database.rows(query).await);
    }
    all
}

#[tokio::test]
async fn duplicate_reordered_deliveries_have_the_effect_of_ordered_ones() {
    let (people, events) = make_history().await;
    let (once, shuffled) = (app_with_users(&people).await, app_with_users(&people).await);
    for event in &events {
        once.as_dapr("/internal/audit/events").json(event).send().await.expect(200);
    }

    let mut dice = Random(2026);
    let twice: Vec<_> = events.iter().flat_map(|event| [event.clone(), event.clone()]).collect();
    let mut left = dice.shuffled(&twice, 100);
    assert_ne!(left, twice);
    while !left.is_empty() {
        let some: Vec<_> = left.drain(..left.len().min(1 + dice.below(40))).collect();
        let (alone, together) = some.split_at(dice.below(4).min(some.len()));
        for event in alone {
            let response =
                shuffled.as_dapr("/internal/audit/events").json(event).send().await.expect(200).json();
            assert_eq!(response, json!({ "status": "SUCCESS" }));
        }
        assert!(deliver(&shuffled, together).await.iter().all(|status| status == "SUCCESS"));
    }

    let (expected, actual) = (derived_rows(&once).await, derived_rows(&shuffled).await);
    assert_eq!(expected[0].len(), events.len());
    assert_eq!(actual, expected);
    let counted =
        shuffled.database.rows("select outcome, sum(times) as n from app.consumer_counters group by 1").await;
    let of = |outcome: &str| {
        counted.iter().find(|row| row["outcome"] == outcome).map_or(0, |row| row["n"].as_u64().unwrap())
    };
    assert_eq!(of("duplicate"), events.len() as u64, "each event was a duplicate once");
    assert!(of("late") > 20, "events were out of order: {counted:?}");
}

#[tokio::test]
async fn duplicate_reordered_events_from_the_broker_have_the_effect_of_ordered_ones() {
    let (people, events) = make_history().await;
    let (once, shuffled) = join(app_with_users(&people), app_with_users(&people)).await;
    let mut dice = Random(2027);
    let twice: Vec<_> = events.iter().flat_map(|event| [event.clone(), event.clone()]).collect();
    join(publish(&once, &events), publish(&shuffled, &dice.shuffled(&twice, 100))).await;

    let (expected, actual) = (derived_rows(&once).await, derived_rows(&shuffled).await);

    assert_eq!(expected[0].len(), events.len());
    assert_eq!(actual, expected);
    let late = shuffled.database.rows("select 1 from app.consumed_events where outcome = 'late'").await.len();
    assert!(late > 20, "events were out of order: {late}");
}

/// Publishes events in this order through the broker, and waits until each is consumed.
async fn publish(app: &App, events: &[Value]) {
    let insert = format!(
        "insert into app.outbox (topic, type, user_id, seq, actor, event)
         select event ->> 'topic', event ->> 'type', (event #>> '{{data,user_id}}')::uuid, 0, 'user',
                event - 'topic'
           from jsonb_array_elements($events${}$events$) with ordinality as each (event, number)
          order by number",
        json!(events)
    );
    app.database.change(&insert).await;
    poll_until("all of them", async || {
        let counted = app.database.rows("select sum(times) as n from app.consumer_counters").await;
        (counted[0]["n"].as_u64() >= Some(events.len() as u64)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn concurrent_relays_and_consumers_take_each_event_once() {
    let app = App::with_events().await;
    app.database.change("select app.set_publishing(false)").await;
    let people = join_all((0..8).map(|_| app.guest())).await;
    join_all(people.iter().map(async |person| {
        for number in 0..20 {
            person.task(&format!("number {number}")).await;
        }
    }))
    .await;
    let rows = "select topic, app.cloud_event(outbox)::json as event from app.outbox order by position";
    let events: Vec<Value> = app.database.rows(rows).await.iter().map(as_delivered).collect();
    assert_eq!(events.len(), 160);
    // Several batches for each shard. Sent events are deleted with a delay, so that other relays run in
    // between.
    let change = "update app.settings set publish_batch = 8;
                  create function app.be_slow() returns trigger language plpgsql as $$
                  begin
                      perform pg_sleep(0.3);
                      return null;
                  end $$;
                  create trigger slow before delete on app.outbox
                      for each statement execute function app.be_slow();
                  select app.set_publishing(true)";
    app.database.change(change).await;

    let relays = join_all((0..10).map(async |number| {
        tokio::time::sleep(Duration::from_millis(50) * (number / 2)).await;
        app.as_dapr("/internal/outbox-relay").send().await
    }));
    let mut dice = Random(7);
    let bulks: Vec<_> = (0..4).map(|_| bulk_of("task-events", &dice.shuffled(&events, 160)[..100])).collect();
    let consumers =
        join_all(bulks.iter().map(|bulk| app.as_dapr("/internal/audit/events").json(bulk).send()));
    let (relays, consumers) = join(relays, consumers).await;

    for response in relays {
        response.expect(200);
    }
    for response in consumers {
        let response = response.expect(200).json();
        assert!(
            response["statuses"].as_array().unwrap().iter().all(|one| one["status"] == "SUCCESS"),
            "{response}"
        );
    }
    wait_for_empty_outbox(&app).await;
    poll_until("all of them, from the sidecar too", async || {
        let counted = app.database.rows("select sum(times) as n from app.consumer_counters").await;
        (counted[0]["n"].as_u64() >= Some(160 + 400)).then_some(())
    })
    .await;
    let done = app
        .database
        .rows("select sum(times) as n from app.consumer_counters where outcome in ('done', 'late')")
        .await;
    assert_eq!(done, [json!({ "n": 160 })]);
    let published = app.database.rows("select sum(published) as n from app.publishers").await;
    assert_eq!(published, [json!({ "n": 160 })]);
    assert_eq!(app.database.rows("select 1 from app.audit").await.len(), 160);
}
