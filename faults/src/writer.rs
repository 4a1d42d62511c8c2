//! A writer: a user who does what clients should do when an answer is lost or asks for a repeat.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use domain::Id;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use workload::Connection;

use crate::ledger::Ledger;

/// Pause before each write.
const PAUSE: Duration = Duration::from_millis(100);
/// Pause before a write is sent again.
const RETRY_PAUSE: Duration = Duration::from_millis(200);
/// Timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Time after which a write that is never answered is a problem.
const GIVES_UP_AFTER: Duration = Duration::from_secs(60);
/// Time from the creation of a reminder until it is due.
const REMINDER_LEAD: Duration = Duration::from_secs(5);

/// Writer with a session of its own.
pub struct Writer {
    number: usize,
    token: String,
    /// Addresses of the hosts.
    hosts: watch::Receiver<Vec<SocketAddr>>,
    ledger: Arc<Ledger>,
    connection: Option<(SocketAddr, Connection)>,
    /// Number of answers that were lost. Each makes the writer try the next host.
    failures: usize,
}

/// Answer to a write.
struct Answer {
    status: u16,
    body: Value,
    /// True if the write was sent before, so that it may have been done by then.
    is_repeat: bool,
}

/// Task as the last answer left it.
#[derive(Default)]
struct Task {
    id: Option<String>,
    title: String,
    version: u64,
    updates: u32,
    is_completed: bool,
    is_deleted: bool,
    series: Option<String>,
    reminder: Option<String>,
}

impl Writer {
    /// A writer that has written nothing yet.
    pub fn new(
        number: usize,
        token: String,
        hosts: watch::Receiver<Vec<SocketAddr>>,
        ledger: Arc<Ledger>,
    ) -> Self {
        Self { number, token, hosts, ledger, connection: None, failures: 0 }
    }

    /// Makes one task after the other, until the round is over.
    pub async fn run(mut self) {
        for turn in 0.. {
            if self.ledger.is_over() {
                return;
            }
            let drill = self.ledger.drill();
            let mut task = Task { title: format!("{drill} {}-{turn}", self.number), ..Task::default() };
            let result = self.live(turn, &mut task).await;
            // Of a task that was refused, an earlier attempt may still be on its way.
            let is_known = result.is_ok() && task.id.is_some();
            if let Err(error) = result {
                let id = task.id.clone().unwrap_or_else(|| task.title.clone());
                self.ledger.wrong(id, format!("{error:#}"));
            }
            self.ledger.keep(json!({
                "drill": drill,
                "id": task.id,
                "title": task.title,
                "updates": task.updates,
                "status": if task.is_completed { "completed" } else { "active" },
                "deleted": task.is_deleted,
                "series": task.series,
                "reminder": task.reminder,
                "is_known": is_known,
            }));
        }
    }

    /// Makes a task and does with it, in turns, what people do: changes and completes it, changes and deletes
    /// it, completes an occurrence, waits for a reminder.
    async fn live(&mut self, turn: usize, task: &mut Task) -> anyhow::Result<()> {
        let mut body = json!({ "title": task.title });
        match turn % 4 {
            2 => {
                let series = new_id();
                body["due_date"] = json!("2031-01-05T10:00:00Z");
                body["recurrence"] = json!({ "id": series, "frequency": "daily" });
                task.series = Some(series);
            }
            3 => {
                let (reminder, due) = (new_id(), web::now_ms() + REMINDER_LEAD.as_millis() as u64);
                body["reminders"] = json!([{ "id": reminder, "at": domain::rfc3339_from_ms(due) }]);
                task.reminder = Some(reminder);
            }
            _ => {}
        }
        self.create(turn, task, body).await?;
        if task.id.is_none() {
            return Ok(());
        }
        match turn % 4 {
            0 => {
                self.rename(task).await?;
                self.rename(task).await?;
                self.complete(task).await
            }
            1 => {
                self.rename(task).await?;
                self.delete(task).await
            }
            2 => self.complete(task).await,
            _ => Ok(()),
        }
    }

    /// Creates the task. A repeat is recognized by its key, by the id that the client has chosen, or by both.
    async fn create(&mut self, turn: usize, task: &mut Task, mut body: Value) -> anyhow::Result<()> {
        let key = new_id();
        let keyed = [("idempotency-key", key.as_str())];
        let headers = if turn.is_multiple_of(4) { &keyed[..0] } else { &keyed[..] };
        if turn % 4 != 1 {
            body["id"] = json!(new_id());
        }
        let answer = self.send("POST /api/tasks", headers, &body).await?;
        if answer.status == 422 && answer.is_repeat && task.reminder.is_some() {
            // The first attempts did not arrive, and meanwhile the time of the reminder has passed.
            return Ok(());
        }
        let answer = answer.require(201)?;
        let id = answer.body["id"].as_str().context("a task that was created has no id")?;
        ensure!(
            body["id"].is_null() || body["id"] == answer.body["id"],
            "the task was named {}, and answered as {id}",
            body["id"]
        );
        task.id = Some(id.to_owned());
        task.version = answer.version()?;
        Ok(())
    }

    /// Changes the title, under the version that was answered last. If a repeat finds another version, that
    /// is the change itself.
    async fn rename(&mut self, task: &mut Task) -> anyhow::Result<()> {
        let title = format!("{}+", task.title);
        let tag = format!("\"{}\"", task.version);
        let line = format!("PATCH {}", task.path());
        let answer = self.send(&line, &[("if-match", tag.as_str())], &json!({ "title": title })).await?;
        let answer = match answer.status {
            412 if answer.is_repeat => Answer { body: answer.body["task"].clone(), ..answer },
            _ => answer.require(200)?,
        };
        ensure!(
            answer.body["title"] == title.as_str(),
            "the title should be {title:?}, and was answered as {}",
            answer.body["title"]
        );
        task.version = answer.version()?;
        task.title = title;
        task.updates += 1;
        Ok(())
    }

    async fn complete(&mut self, task: &mut Task) -> anyhow::Result<()> {
        let key = new_id();
        let line = format!("POST {}/complete", task.path());
        let answer =
            self.send(&line, &[("idempotency-key", key.as_str())], &Value::Null).await?.require(200)?;
        let status = &answer.body["status"];
        ensure!(status == "completed", "a completed task was answered as {status}");
        task.is_completed = true;
        Ok(())
    }

    /// Moves the task to the trash. A repeat that finds nothing finds that it is there already.
    async fn delete(&mut self, task: &mut Task) -> anyhow::Result<()> {
        let line = format!("DELETE {}", task.path());
        let answer = self.send(&line, &[], &Value::Null).await?;
        if !(answer.status == 404 && answer.is_repeat) {
            answer.require(204)?;
        }
        task.is_deleted = true;
        Ok(())
    }

    /// Sends a write until it is answered: the same again after an answer that was lost or asks for that.
    async fn send(&mut self, line: &str, headers: &[(&str, &str)], body: &Value) -> anyhow::Result<Answer> {
        sleep(PAUSE).await;
        let (began, mut is_repeat) = (Instant::now(), false);
        loop {
            let answer = timeout(TIMEOUT, self.exchange(line, headers, body)).await;
            match answer {
                Ok(Ok((status @ (429 | 503), ..))) => self.ledger.refused(status),
                Ok(Ok((status @ (500..), _, body))) => {
                    self.ledger.refused(status);
                    self.ledger.wrong(line.to_owned(), format!("answered with {status}: {body}"));
                }
                Ok(Ok((status, seq, body))) => {
                    self.ledger.answered(self.number, seq);
                    return Ok(Answer { status, body, is_repeat });
                }
                Ok(Err(_)) | Err(_) => {
                    self.connection = None;
                    self.failures += 1;
                    self.ledger.retried();
                }
            }
            if began.elapsed() > GIVES_UP_AFTER {
                bail!("{line} was not answered within {} s", GIVES_UP_AFTER.as_secs());
            }
            is_repeat = true;
            sleep(RETRY_PAUSE).await;
        }
    }

    /// Sends a request once. Returns the status, the user's `seq` and the body of the response.
    async fn exchange(
        &mut self,
        line: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> anyhow::Result<(u16, Option<i64>, Value)> {
        let hosts = self.hosts.borrow().clone();
        let host = hosts[(self.number + self.failures) % hosts.len()];
        if self.connection.as_ref().is_none_or(|(open, _)| *open != host) {
            self.connection = Some((host, Connection::open(host).await?));
        }
        let (_, connection) = self.connection.as_mut().context("a connection is open")?;
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let status = connection.send_with(line, &self.token, headers, &body).await?;
        let seq = connection.header("taskflow-seq").and_then(|seq| seq.parse().ok());
        Ok((status, seq, serde_json::from_slice(connection.body()).unwrap_or_default()))
    }
}

impl Answer {
    fn require(self, status: u16) -> anyhow::Result<Self> {
        ensure!(self.status == status, "{} instead of {status}: {}", self.status, self.body);
        Ok(self)
    }

    fn version(&self) -> anyhow::Result<u64> {
        self.body["version"].as_u64().context("a task that was answered has no version")
    }
}

impl Task {
    fn path(&self) -> String {
        format!("/api/tasks/{}", self.id.as_deref().unwrap_or_default())
    }
}

fn new_id() -> String {
    Id::new(web::now_ms(), web::random()).to_string()
}
