//! The register of streams, their limits, and their end.

use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use serde_json::{Value, json};
use tests::{App, Person};
use tokio::time::timeout;

use super::{Mirror, lift_limit};
use crate::events::poll_until;

/// Returns what the current session shows of its streams.
async fn current(person: &Person) -> Value {
    let sessions = person.get("/api/auth/sessions").await.expect(200).json();
    let current = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true);
    let current = current.expect("the session of the request");
    json!({ "live": current["live"], "client": current["client"], "since": current["since"].is_string() })
}

#[tokio::test]
async fn sessions_and_metrics_show_live_streams() {
    let app = App::start().await;
    let ada = app.guest().await;
    assert_eq!(current(&ada).await, json!({ "live": 0, "client": null, "since": false }));

    let call = || ada.call("GET", "/api/events").header("user-agent", "a sample phone");
    let streams = [call().open().await, call().open().await];

    assert_eq!(current(&ada).await, json!({ "live": 2, "client": "a sample phone", "since": true }));
    let metrics = app.get("/metrics").await.expect(200).text;
    assert!(metrics.contains("\ntaskflow_streams{held_by=\"function\"} 2\n"), "{metrics}");
    assert!(metrics.contains("\ntaskflow_streams_total{outcome=\"opened\"} 2\n"), "{metrics}");
    drop(streams);
    let is_gone = async || (current(&ada).await["live"] == 0).then_some(());
    poll_within_two_heartbeats(is_gone).await;
}

/// Returns how many live streams the current session has.
pub async fn live_streams(person: &Person) -> u64 {
    current(person).await["live"].as_u64().expect("a number")
}

/// Polls for as long as a dead stream may be shown.
pub async fn poll_within_two_heartbeats(mut look: impl AsyncFnMut() -> Option<()>) {
    let began = Instant::now();
    while look().await.is_none() {
        assert!(began.elapsed().as_secs() < 42, "not within two heartbeats");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn a_stream_whose_holder_died_is_not_shown_and_is_counted() {
    let app = App::start().await;
    let ada = app.guest().await;
    let dead = format!(
        "insert into app.streams (id, user_id, credential, proxied, live_until, ends_at)
         values (gen_random_uuid(), '{}', '{}', false, now() - interval '1 second', 'infinity')",
        ada.id(),
        web::fingerprint(&ada.token)
    );
    app.database.change(&dead).await;
    assert_eq!(current(&ada).await["live"], 0);

    // The next heartbeat of another stream deletes it.
    let mut stream = ada.stream("").await;
    stream.next().await.expect("a hello");
    while stream.heartbeats == 0 {
        let none = stream.next_within(Duration::from_millis(500)).await;
        assert!(none.is_none(), "{none:?}");
    }
    let metrics = app.get("/metrics").await.expect(200).text;
    assert!(metrics.contains("\ntaskflow_streams_total{outcome=\"dead\"} 1\n"), "{metrics}");
}

#[tokio::test]
async fn a_session_or_token_that_ends_takes_its_streams_along() {
    let app = App::start().await;
    let ada = app.guest().await;
    let token = json!({ "name": "script", "scopes": ["read"] });
    let token = ada.post("/api/auth/tokens", token).await.expect(201);
    let mut script = ada.clone();
    script.token = token.json()["token"].as_str().unwrap().to_owned();
    let (of_session, of_token) = (ada.stream("").await, script.stream("").await);

    let began = Instant::now();
    ada.delete(&format!("/api/auth/tokens/{}", token.id())).await.expect(204);
    of_token.end().await;
    script.get("/api/events").await.problem(401);
    ada.post("/api/auth/logout", json!({})).await.expect(204);
    of_session.end().await;

    assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_token_that_expires_and_a_user_who_is_deleted_take_their_streams_along() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let soon = domain::rfc3339_from_ms(web::now_ms() + 2000);
    let token = json!({ "name": "script", "scopes": ["read"], "expires_at": soon });
    let token = ada.post("/api/auth/tokens", token).await.expect(201).json();
    let mut script = ada.clone();
    script.token = token["token"].as_str().unwrap().to_owned();
    let streams = [script.stream("").await, ben.stream("").await];

    let began = Instant::now();
    ben.delete("/api/auth/me").await.expect(204);
    for stream in streams {
        stream.end().await;
    }

    assert!(began.elapsed().as_secs() < 7, "{:?}", began.elapsed());
}

#[tokio::test]
async fn streams_are_limited_for_each_user_and_address() {
    let app = App::start().await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    app.database.change("update app.settings set streams_per_user = 2, streams_per_address = 3").await;
    let first = ada.stream("").await;
    let _second = ada.stream("").await;

    let refused = ada.get("/api/events").await;
    assert_eq!(refused.problem(429)["type"], "urn:taskflow:problem:too-many-streams");
    assert_eq!(refused.header("retry-after"), "20");
    let _third = ben.stream("").await;
    ben.get("/api/events").await.problem(429);

    drop(first);
    let is_free = async || (current(&ada).await["live"] == 1).then_some(());
    poll_within_two_heartbeats(is_free).await;
    let _another = ada.stream("").await;
}

#[tokio::test]
async fn a_thousand_and_one_streams_of_a_user_are_refused_from_the_limit_on_and_slow_nobody_down() {
    let app = App::start().await;
    lift_limit(&app).await;
    let (ada, ben) = (app.guest().await, app.guest().await);
    let mut open = Vec::new();
    let mut refused = 0;
    // A client that opens them as fast as it can, with some connections at the same time.
    let mut answers =
        stream::iter(0..1001).map(|_| ada.call("GET", "/api/events").open()).buffer_unordered(16);
    while let Some(answer) = timeout(Duration::from_secs(5), answers.next()).await.expect("an answer in time")
    {
        match answer.status {
            200 => open.push(answer),
            429 => {
                let wait = answer.header("retry-after").parse::<u64>();
                assert!(wait.is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
                refused += 1;
            }
            other => panic!("status {other}"),
        }
    }

    assert_eq!((open.len(), refused), (100, 901));
    let began = Instant::now();
    ben.task("as ever").await;
    assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
    // Those that are open go on.
    ada.task("seen by all").await;
    for mut stream in open {
        assert_eq!(stream.next().await.expect("a hello").name, "hello");
        assert_eq!(stream.next().await.expect("the change").data["seq"], 1);
    }
}

#[tokio::test]
async fn streams_of_a_host_that_was_killed_are_gone_within_two_heartbeats() {
    let mut app = App::start().await;
    let ada = app.guest().await;
    let _dead = [ada.stream("").await, ada.stream("").await];

    app.kill_host();
    app.restart_host().await;

    let _again = Mirror::of(&ada).await.resume(&ada).await;
    let is_right = async || (live_streams(&ada).await == 1).then_some(());
    poll_within_two_heartbeats(is_right).await;
    // The next heartbeat counts them.
    poll_until("two dead streams", async || {
        let metrics = app.get("/metrics").await.expect(200).text;
        metrics.contains("\ntaskflow_streams_total{outcome=\"dead\"} 2\n").then_some(())
    })
    .await;
    assert_eq!(app.database.rows("select 1 from app.streams").await.len(), 1);
}

#[tokio::test]
async fn the_cookie_of_the_dashboard_opens_a_stream() {
    let app = App::start().await;
    let ada = app.guest().await;
    let cookie = format!("{}={}", web::COOKIE, ada.token);

    let mut stream = app.call("GET", "/api/events").header("cookie", cookie).open().await;

    assert_eq!(stream.next().await.expect("a hello").name, "hello");
}
