//! `check`: proves that an installation works, as people use it: by its address alone.

mod client;

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hyper::header::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Step;

use client::{Client, Response};

/// A route of each function that people reach, which answers 401 to those without a token. A gateway never
/// does.
const FUNCTIONS: [(&str, &str, &str); 7] = [
    ("tasks", "GET", "/api/tasks"),
    ("auth", "GET", "/api/auth/me"),
    ("mcp", "POST", "/mcp"),
    ("audit", "GET", "/api/audit"),
    ("notifications", "GET", "/api/notifications"),
    ("realtime", "GET", "/api/events"),
    ("understand", "POST", "/api/understand"),
];

/// Time after which the reminder is due.
const REMINDER_DELAY: SignedDuration = SignedDuration::from_secs(3);
const EVENT_TIMEOUT: Duration = Duration::from_secs(30);

/// Installation to check.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Address at which people reach it, as https://taskflow.example.com
    url: String,
    /// Seconds to wait until it is ready
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    within: u64,
    /// Header of all requests, as "TaskFlow-Release: canary", by which a gateway chooses a release
    #[arg(long, value_name = "NAME: VALUE", value_parser = parse_header)]
    header: Option<(HeaderName, HeaderValue)>,
}

fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let invalid = || "it looks like \"TaskFlow-Release: canary\"".to_owned();
    let (name, value) = text.split_once(':').ok_or_else(invalid)?;
    let name = name.trim().parse().map_err(|_| invalid())?;
    Ok((name, value.trim().parse().map_err(|_| invalid())?))
}

/// Checks health, certificate and functions; then makes a task as a guest, and follows it: to the live
/// stream, the audit trail, a reminder, and the next occurrence. The guest is deleted in the end.
pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let app = Client::new(&arguments.url, arguments.header.clone())?;
    wait_until_ready(&app, Duration::from_secs(arguments.within)).await?;
    let step = Step::begin("each function that people reach");
    for (function, method, path) in FUNCTIONS {
        let response = app.send(method, path, None, Some(&json!({}))).await?;
        ensure!(
            response.status == 401,
            "the function {function} does not answer: {method} {path} gave {} instead of 401",
            response.status
        );
    }
    step.end("all answer");
    let guest = app.send("POST", "/api/auth/guest", None, Some(&json!({ "timezone": "UTC" }))).await?;
    let session = guest.expect(201).context("a guest cannot start")?;
    let token = session["token"].as_str().context("the response for a guest has no token")?;
    let followed = follow_task(&app, token).await;
    // Also after a failure: nothing of a check stays.
    let deleted = app.send("DELETE", "/api/auth/me", Some(token), Some(&json!({}))).await;
    followed?;
    deleted?.expect(204).context("the guest of this check cannot be deleted")?;
    println!("{} works", arguments.url);
    Ok(())
}

/// Waits until `/health` says `ready`: with `degraded`, events would not arrive.
async fn wait_until_ready(app: &Client, limit: Duration) -> anyhow::Result<()> {
    let step = Step::begin(if app.is_encrypted() { "health and certificate" } else { "health" });
    let began = Instant::now();
    loop {
        let answer = app.send("GET", "/health", None, None).await;
        match answer {
            Ok(response) if response.status == 200 && response.body["status"] == "ready" => {
                let (version, release) = (&response.body["version"], &response.body["release"]);
                let name = |value: &Value| value.as_str().unwrap_or("unknown").to_owned();
                step.end(&format!("ready: version {}, release {}", name(version), name(release)));
                return Ok(());
            }
            Ok(response) if began.elapsed() >= limit => bail!(
                "it is not ready: /health gave {} {}",
                response.status,
                response.body.get("dependencies").unwrap_or(&response.body)
            ),
            Err(error) if began.elapsed() >= limit => return Err(error),
            _ => tokio::time::sleep(Duration::from_secs(1)).await,
        }
    }
}

async fn follow_task(app: &Client, token: &str) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let task = json!({
        "title": "Check of the installation",
        "due_date": (now + SignedDuration::from_hours(24)).to_string(),
        "recurrence": { "frequency": "daily" },
        "reminders": [{ "at": (now + REMINDER_DELAY).to_string() }],
    });
    let mut stream = app.open("/api/events", token).await.context("there is no live stream")?;
    let step = Step::begin("a task, and its change on the live stream");
    stream.wait_for("event: hello", EVENT_TIMEOUT).await.context("the live stream does not begin")?;
    let created = app.send("POST", "/api/tasks", Some(token), Some(&task)).await?;
    let created = created.expect(201).context("a task cannot be made")?;
    let id = created["id"].as_str().context("the task has no id")?;
    stream.wait_for(id, EVENT_TIMEOUT).await.context("the live stream does not show the new task")?;
    step.end("shown");

    let step = Step::begin("its event, in the audit trail");
    let path = format!("/api/audit/tasks/{id}");
    let is_recorded = |trail: &Value| has_item(trail, |item| item["event_type"] == "task.created");
    poll(app, token, &path, is_recorded)
        .await
        .context("the event task.created did not arrive: look at Dapr's sidecars and the broker")?;
    step.end("recorded");

    let step = Step::begin("its reminder");
    let is_notified = |list: &Value| has_item(list, |item| item["task_id"] == id);
    poll(app, token, "/api/notifications", is_notified).await.context(
        "the reminder did not arrive: look at the cron binding reminder-cron, and at the topic reminders",
    )?;
    step.end("arrived");

    let step = Step::begin("its next occurrence");
    app.send("POST", &format!("/api/tasks/{id}/complete"), Some(token), None).await?.expect(200)?;
    let is_next = |list: &Value| has_item(list, |item| item["id"] != id);
    poll(app, token, "/api/tasks?status=active", is_next)
        .await
        .context("completing the task did not lead to the next one: look at the function recurrence")?;
    step.end("made");
    Ok(())
}

fn has_item(list: &Value, is_wanted: impl Fn(&Value) -> bool) -> bool {
    list["items"].as_array().is_some_and(|items| items.iter().any(is_wanted))
}

/// Reads a path until the response is as wanted.
async fn poll(
    app: &Client,
    token: &str,
    path: &str,
    is_wanted: impl Fn(&Value) -> bool,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while began.elapsed() < EVENT_TIMEOUT {
        let Response { status, body } = app.send("GET", path, Some(token), None).await?;
        if status == 200 && is_wanted(&body) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("not within {} seconds", EVENT_TIMEOUT.as_secs())
}
