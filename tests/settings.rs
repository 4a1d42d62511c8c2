//! Settings that operators change while TaskFlow runs.

use domain::SETTINGS;
use serde_json::json;
use tests::{App, Person};

use crate::events::{poll_until, wait_for_empty_outbox, wait_for_trail};

async fn set(app: &App, key: &str, value: &str) {
    let set = format!(
        "insert into dapr.configuration (key, value) values ('{key}', '{value}')
         on conflict (key) do update set value = excluded.value"
    );
    app.database.change(&set).await;
}

async fn unset(app: &App, key: &str) {
    app.database.change(&format!("delete from dapr.configuration where key = '{key}'")).await;
}

/// Applies settings without waiting for the cron binding.
async fn apply(app: &App) {
    app.as_dapr("/internal/settings").send().await.expect(200);
}

/// Returns the rate limit of a user, as the response headers report it.
async fn limit_of(person: &Person) -> String {
    person.get("/api/auth/me").await.header("ratelimit-policy").to_owned()
}

/// Returns the number of log lines of a level about a setting.
fn count_logs(app: &App, level: &str, text: &str) -> usize {
    let (level, text) = (format!("\"level\":\"{level}\""), format!(":\"{text}"));
    app.logs().iter().filter(|line| line.contains(&level) && line.contains(&text)).count()
}

/// False on Spin, which prints its logs.
fn logs_are_kept() -> bool {
    std::env::var("TASKFLOW_ENGINE").as_deref() != Ok("spin")
}

#[tokio::test]
async fn a_limit_applies_without_a_restart() {
    let app = App::with_events().await;
    let ada = app.guest().await;

    set(&app, "limits.user", "2/600").await;
    apply(&app).await;

    for status in [200, 200, 429] {
        ada.get("/api/tasks").await.expect(status);
    }
    assert!(!logs_are_kept() || count_logs(&app, "info", "limits.user") == 1, "{:?}", app.logs());
}

#[tokio::test]
async fn a_limit_of_streams_applies_to_those_that_are_opened_afterwards() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    let mut first = ada.stream("").await;
    first.next().await.expect("a hello");

    set(&app, "streams.user", "1").await;
    apply(&app).await;

    let refused = ada.get("/api/events").await;
    assert_eq!(refused.problem(429)["type"], "urn:taskflow:problem:too-many-streams");
    ada.task("seen by the first").await;
    assert_eq!(first.next().await.expect("the change").data["seq"], 1);
}

#[tokio::test]
async fn a_setting_applies_soon_by_itself() {
    let app = App::with_events().await;
    let ada = app.guest().await;

    set(&app, "limits.user", "77/60").await;

    poll_until("the limit", async || (limit_of(&ada).await == r#""user";q=77;w=60"#).then_some(())).await;
}

#[tokio::test]
async fn an_invalid_value_is_rejected_and_logged_once_and_the_last_valid_one_stays() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    set(&app, "limits.user", "77/60").await;
    apply(&app).await;

    for value in ["77 per minute", "0/60", ""] {
        set(&app, "limits.user", value).await;
        set(&app, "limits.sign_up", "300/60").await;
        for _ in 0..3 {
            apply(&app).await;
        }
        assert_eq!(limit_of(&ada).await, r#""user";q=77;w=60"#, "{value}");
    }

    assert!(!logs_are_kept() || count_logs(&app, "warn", "limits.user must be") == 3, "{:?}", app.logs());
    let others = app.database.rows("select requests from app.limits where name = 'sign-up'").await;
    assert_eq!(others, [json!({ "requests": 300 })]);
    set(&app, "limits.user", "88/60").await;
    apply(&app).await;
    assert_eq!(limit_of(&ada).await, r#""user";q=88;w=60"#);
}

#[tokio::test]
async fn an_unset_setting_returns_to_its_default() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    for value in ["77/60", "nonsense"] {
        set(&app, "limits.user", value).await;
        apply(&app).await;
    }

    unset(&app, "limits.user").await;
    apply(&app).await;

    assert_eq!(limit_of(&ada).await, r#""user";q=1000;w=10"#);
}

#[tokio::test]
async fn an_unknown_setting_is_rejected_and_the_others_apply() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    set(&app, "limits.everybody", "1/1").await;
    set(&app, "limits.user", "77/60").await;

    apply(&app).await;
    apply(&app).await;

    assert_eq!(limit_of(&ada).await, r#""user";q=77;w=60"#);
    assert!(
        !logs_are_kept() || count_logs(&app, "warn", "limits.everybody is not a setting") == 1,
        "{:?}",
        app.logs()
    );
}

#[tokio::test]
async fn the_defaults_apply_at_first() {
    let app = App::with_events().await;
    let everything = "select (select json_object_agg(name, json_build_array(requests, seconds) order by name)
                                from app.limits) as limits,
                             (select json_agg(until = 'infinity' order by shard) from app.publishers) as paused,
                             (select publish_batch from app.settings) as batch";
    let at_first = app.database.rows(everything).await;

    for known in SETTINGS {
        set(&app, known.key, known.default).await;
    }
    apply(&app).await;

    assert_eq!(app.database.rows(everything).await, at_first);
    let applied = app.database.rows("select key from app.configured_settings where error is null").await;
    assert_eq!(applied.len(), SETTINGS.len());
}

#[tokio::test]
async fn events_stay_pending_while_publishing_is_off() {
    let app = App::with_events().await;
    let ada = app.guest().await;
    set(&app, "publishing", "off").await;
    apply(&app).await;
    for title in ["one", "two", "three", "four", "five"] {
        ada.task(title).await;
    }
    app.as_dapr("/internal/outbox-relay").send().await.expect(200);
    assert_eq!(app.database.rows("select 1 from app.outbox").await.len(), 5);
    assert_eq!(wait_for_trail(&ada, "/api/audit", 0).await.len(), 0);

    set(&app, "publish_batch", "2").await;
    set(&app, "publishing", "on").await;
    apply(&app).await;

    assert_eq!(wait_for_trail(&ada, "/api/audit", 5).await.len(), 5);
    wait_for_empty_outbox(&app).await;
    set(&app, "reminder_batch", "3").await;
    apply(&app).await;
    let batches = app.database.rows("select publish_batch, reminder_batch from app.settings").await;
    assert_eq!(batches, [json!({ "publish_batch": 2, "reminder_batch": 3 })]);
}

#[tokio::test]
async fn only_dapr_can_apply_settings() {
    let app = App::with_events().await;

    app.post("/internal/settings", json!({})).await.problem(401);
    app.call("POST", "/internal/settings").header("dapr-api-token", "another").send().await.problem(401);
}

#[tokio::test]
async fn without_the_configuration_store_settings_stay() {
    let mut app = App::with_events().await;
    let ada = app.guest().await;
    set(&app, "limits.user", "77/60").await;
    apply(&app).await;

    app.kill_sidecar();
    app.as_dapr("/internal/settings").send().await.problem(500);

    assert_eq!(limit_of(&ada).await, r#""user";q=77;w=60"#);
}
