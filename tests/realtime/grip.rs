//! The contract with GRIP proxies, without one.

use std::time::{Duration, Instant};

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::{App, DAPR_TOKEN, Fault, GRIP_KEY, MessageRelay, Person, Response};

use super::clock::jump;
use super::connections::{live_streams, poll_within_two_heartbeats};
use super::lose_register;
use crate::events::poll_until;

/// Starts TaskFlow with proxies of which none can be reached.
async fn start() -> App {
    App::with(&[
        ("app_api_token", DAPR_TOKEN),
        ("grip_key", GRIP_KEY),
        ("grip_publish", "http://127.0.0.1:1"),
        ("grip_host", "http://127.0.0.1:1"),
    ])
    .await
}

/// Signs as a proxy.
fn sign(key: &str, claims: Value) -> String {
    encode(&Header::default(), &claims, &EncodingKey::from_secret(key.as_bytes())).unwrap()
}

fn valid() -> String {
    sign(GRIP_KEY, json!({ "iss": "pushpin", "exp": web::now_ms() / 1000 + 600 }))
}

async fn open(person: &Person, query: &str) -> Response {
    person.call("GET", &format!("/api/events{query}")).header("grip-sig", valid()).send().await.expect(200)
}

/// Follows the link of a response, as a proxy that has passed on everything up to a position.
async fn follow(app: &App, held: &Response, last: Option<&str>) -> Response {
    let link = held.header("grip-link").split(['<', '>']).nth(1).expect("a link");
    let call = app.call("GET", link).header("grip-sig", valid());
    let call = match last {
        Some(id) => call.header("grip-last", format!("user-x; last-id={id}")),
        None => call,
    };
    call.send().await.expect(200)
}

/// Lets the proxies be told of all changes, which does not reach them, and follows the link of a response.
async fn follow_after_tend(app: &App, held: &Response) -> Response {
    app.as_dapr("/internal/realtime/tend").json(&json!({})).send().await.expect(200);
    poll_until("what was published", async || {
        let page = follow(app, held, None).await;
        (!page.text.is_empty()).then_some(page)
    })
    .await
}

#[tokio::test]
async fn a_request_through_a_proxy_ends_at_once_with_instructions_to_hold_it() {
    let app = start().await;
    let ada = app.guest().await;
    ada.task("one").await;
    let epoch = ada.get("/api/sync").await.json()["epoch"].as_str().unwrap().to_owned();

    let held = open(&ada, "?since=0").await;

    assert_eq!(held.header("grip-hold"), "stream");
    let channel = format!("user-{}; prev-id={epoch}.1, stream-", ada.id());
    assert!(held.header("grip-channel").starts_with(&channel), "{held:?}");
    assert!(held.header("grip-link").ends_with("; rel=next; timeout=150"), "{held:?}");
    assert_eq!(held.header("grip-keep-alive"), ": heartbeat\\n\\n; format=cstring; timeout=20");
    let names: Vec<_> = held.text.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(names, ["hello", "changes"]);
}

#[tokio::test]
async fn the_link_returns_what_the_proxy_has_missed_and_is_not_compressed() {
    let app = start().await;
    let ada = app.guest().await;
    let held = open(&ada, "").await;
    ada.create(json!({ "title": "one", "description": "x".repeat(5000) })).await;
    ada.task("two").await;
    let epoch = ada.get("/api/sync").await.json()["epoch"].as_str().unwrap().to_owned();

    let all = follow_after_tend(&app, &held).await;
    assert!(all.text.contains("\"one\"") && all.text.contains("\"two\""), "{all:?}");
    assert!(all.header("grip-channel").contains(&format!("prev-id={epoch}.2")), "{all:?}");
    // The link is as old as the hold; the proxy says how far its messages have come since.
    let rest = follow(&app, &held, Some(&format!("{epoch}.1"))).await;
    assert!(!rest.text.contains("\"one\"") && rest.text.contains("\"two\""), "{rest:?}");
    let nothing = follow(&app, &held, Some(&format!("{epoch}.2"))).await;
    assert_eq!((nothing.text.as_str(), nothing.header("grip-hold")), ("", "stream"));
}

#[tokio::test]
async fn a_stream_that_has_ended_is_not_held_any_longer() {
    let app = start().await;
    let ada = app.guest().await;
    let held = open(&ada, "").await;

    ada.post("/api/auth/logout", json!({})).await.expect(204);

    let last = follow(&app, &held, None).await;
    assert_eq!((last.text.as_str(), last.header("grip-hold"), last.header("grip-link")), ("", "", ""));
}

#[tokio::test]
async fn a_signature_that_is_forged_or_expired_or_for_another_is_refused() {
    let app = start().await;
    let ada = app.guest().await;
    let now = web::now_ms() / 1000;
    let link = "/internal/realtime/streams/019a0000-0000-7000-8000-000000000000/e.1";
    for signature in [
        String::new(),
        "nonsense".to_owned(),
        sign("another key", json!({ "iss": "pushpin", "exp": now + 600 })),
        sign(GRIP_KEY, json!({ "iss": "pushpin", "exp": now - 600 })),
        sign(GRIP_KEY, json!({ "iss": "another", "exp": now + 600 })),
        sign(GRIP_KEY, json!({ "iss": "pushpin" })),
    ] {
        for path in ["/api/events", link] {
            let problem = ada.call("GET", path).header("grip-sig", &signature).send().await.problem(403);
            assert_eq!(problem["type"], "urn:taskflow:problem:unknown-proxy", "{signature}");
        }
    }
    app.get(link).await.problem(404);
    assert_eq!(app.database.rows("select 1 from app.streams").await.len(), 0);
}

#[tokio::test]
async fn without_a_key_no_proxy_is_known() {
    let app = App::start().await;
    let ada = app.guest().await;

    ada.call("GET", "/api/events").header("grip-sig", valid()).send().await.problem(403);
}

#[tokio::test]
async fn proxies_that_cannot_be_reached_keep_no_write_waiting() {
    let app = start().await;
    let ada = app.guest().await;
    let held = open(&ada, "").await;
    ada.task("one").await;

    let missed = follow_after_tend(&app, &held).await;
    assert!(missed.text.contains("\"one\""), "{missed:?}");
}

/// Waits for a message that was taken.
async fn wait_for_message(relay: &MessageRelay, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    poll_until(what, async || relay.messages().into_iter().find(&is_it)).await
}

/// Waits for the message to a user that tells of a change.
async fn wait_for_change(relay: &MessageRelay, person: &Person, title: &str) -> Value {
    let channel = format!("user-{}", person.id());
    let tells = |message: &Value| {
        let content = message["formats"]["http-stream"]["content"].as_str().unwrap_or_default();
        message["channel"] == channel.as_str() && content.contains(&format!("\"{title}\""))
    };
    wait_for_message(relay, title, tells).await
}

/// Waits for the message that does something to one stream.
async fn wait_for_action(relay: &MessageRelay, channel: &str, action: &str) -> Value {
    let does = |message: &Value| {
        let does_it = message["formats"]["http-stream"]["action"] == action;
        does_it && message["channel"].as_str().is_some_and(|name| name.starts_with(channel))
    };
    wait_for_message(relay, action, does).await
}

#[tokio::test]
async fn a_proxy_that_hangs_or_fails_keeps_nothing_from_the_other() {
    let (sound, broken) = (MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await);
    let app = App::with_proxies_at([&sound, &broken]).await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let held = open(&ada, "").await;

    for fault in [Fault::Hangs, Fault::Fails] {
        broken.set_fault(fault);
        let mut writing = Duration::ZERO;
        for number in 0..5 {
            let title = format!("{fault:?} {number}");
            let began = Instant::now();
            ada.task(&title).await;
            ben.task("as ever").await;
            writing += began.elapsed();
            wait_for_change(&sound, &ada, &title).await;
            assert!(began.elapsed() < Duration::from_secs(5), "{title}: told in {:?}", began.elapsed());
        }
        // The function waits for a second for a proxy.
        assert!(writing < Duration::from_secs(4), "{fault:?}: written in {writing:?}");

        // Its streams are told to ask what they have missed as soon as it takes messages again.
        let before = broken.messages().len();
        broken.set_fault(Fault::None);
        poll_within_two_heartbeats(async || {
            let is_told = |message: &Value| message["formats"]["http-stream"]["action"] == "hint";
            broken.messages()[before..].iter().any(is_told).then_some(())
        })
        .await;
        let missed = follow(&app, &held, None).await;
        assert!(missed.text.contains(&format!("\"{fault:?} 4\"")), "{missed:?}");
    }

    // Each event from Dapr was taken at once, and once.
    let taken = "select distinct outcome from app.consumed_events where consumer = 'realtime'";
    assert_eq!(app.database.rows(taken).await, [json!({ "outcome": "done" })]);
    assert_eq!(app.database.rows("select 1 from app.dead_letters").await.len(), 0);
    let failed = "select 1 from app.consumer_counters where consumer = 'realtime' and outcome = 'failed'";
    assert_eq!(app.database.rows(failed).await.len(), 0);
}

#[tokio::test]
async fn the_messages_to_a_user_form_a_chain() {
    let relays = [MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await];
    let app = App::with_proxies_at([&relays[0], &relays[1]]).await;
    let ada = app.guest().await;
    open(&ada, "").await;

    for title in ["one", "two", "three"] {
        ada.task(title).await;
        for relay in &relays {
            wait_for_change(relay, &ada, title).await;
        }
    }

    for relay in &relays {
        let messages = relay.messages();
        let of_ada: Vec<_> = messages.iter().filter(|message| message["prev-id"].is_string()).collect();
        assert_eq!(of_ada.len(), 3, "{of_ada:?}");
        for pair in of_ada.windows(2) {
            assert_eq!(pair[1]["prev-id"], pair[0]["id"]);
        }
    }
}

/// Lets the clock jump while a stream is held. Its user is told of changes, and it is told to ask, as before.
async fn held_streams_outlast(by: &str) {
    let relays = [MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await];
    let app = App::with_proxies_at([&relays[0], &relays[1]]).await;
    let ada = app.guest().await;
    let held = open(&ada, "").await;
    ada.task("before the jump").await;
    wait_for_change(&relays[0], &ada, "before the jump").await;

    jump(&app, by).await;
    let began = Instant::now();
    ada.task("after the jump").await;

    wait_for_change(&relays[0], &ada, "after the jump").await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    wait_for_action(&relays[0], "stream-", "hint").await;
    let answer = follow(&app, &held, None).await;
    assert_eq!(answer.header("grip-hold"), "stream");
    assert_eq!(live_streams(&ada).await, 1);
}

#[tokio::test]
async fn held_streams_outlast_a_clock_that_jumps_forward_an_hour() {
    held_streams_outlast("1 hour").await;
}

#[tokio::test]
async fn held_streams_outlast_a_clock_that_jumps_back_an_hour() {
    held_streams_outlast("-1 hour").await;
}

#[tokio::test]
async fn held_streams_outlast_an_outage_of_the_cron_binding() {
    let relays = [MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await];
    let mut app = App::with_proxies_at([&relays[0], &relays[1]]).await;
    let ada = app.guest().await;
    let held = open(&ada, "").await;

    app.kill_sidecar();
    // Nobody could show that it is alive meanwhile.
    jump(&app, "20 minutes").await;
    ada.task("during the outage").await;
    app.restart_sidecar().await;

    wait_for_change(&relays[0], &ada, "during the outage").await;
    wait_for_action(&relays[0], "stream-", "hint").await;
    assert_eq!(follow(&app, &held, None).await.header("grip-hold"), "stream");
}

#[tokio::test]
async fn a_session_that_ended_during_an_outage_of_the_cron_binding_ends_its_streams() {
    let relays = [MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await];
    let mut app = App::with_proxies_at([&relays[0], &relays[1]]).await;
    let ada = app.guest().await;
    open(&ada, "").await;

    app.kill_sidecar();
    ada.post("/api/auth/logout", json!({})).await.expect(204);
    jump(&app, "20 minutes").await;
    app.restart_sidecar().await;

    wait_for_action(&relays[0], "stream-", "close").await;
}

#[tokio::test]
async fn a_lost_register_closes_all_streams() {
    let relays = [MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await];
    let app = App::with_proxies_at([&relays[0], &relays[1]]).await;
    let ada = app.guest().await;
    let held = open(&ada, "").await;
    assert!(held.header("grip-channel").ends_with(", streams"), "{held:?}");

    lose_register(&app).await;

    for relay in &relays {
        wait_for_action(relay, "streams", "close").await;
    }
    // Once is enough: streams that begin afterwards are known.
    open(&ada, "").await;
    ada.task("after the crash").await;
    wait_for_change(&relays[0], &ada, "after the crash").await;
    let closed = |message: &&Value| message["channel"] == "streams";
    assert_eq!(relays[0].messages().iter().filter(closed).count(), 1);
}

#[tokio::test]
async fn a_restored_backup_closes_all_streams() {
    let relays = [MessageRelay::start(Fault::None).await, MessageRelay::start(Fault::None).await];
    let app = App::with_proxies_at([&relays[0], &relays[1]]).await;
    let ada = app.guest().await;
    open(&ada, "").await;
    ada.task("kept").await;
    wait_for_change(&relays[0], &ada, "kept").await;
    app.database.back_up().await;

    app.database.restore().await;

    for relay in &relays {
        wait_for_action(relay, "streams", "close").await;
    }
}

#[tokio::test]
async fn only_dapr_can_tell_of_events() {
    let app = start().await;
    for path in ["/internal/realtime/events", "/internal/realtime/tend"] {
        app.post(path, json!({})).await.problem(401);
    }
}
