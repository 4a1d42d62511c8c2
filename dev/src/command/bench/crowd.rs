//! Many people at once: each asks for something, waits for the answer, and thinks before the next request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use super::connection::Connection;
use super::load::run;
use super::measured::{Measured, Window};
use super::scenario::TASK;
use super::world::{CROWD, World};

/// What it is called among the scenarios.
pub const NAME: &str = "crowd";

/// Who waits longer has given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Their tasks, in the order of the users.
const TASKS: &str = "
select array_agg(task.id::text)
  from app.sessions as session join app.tasks as task on task.user_id = session.user_id
 where session.token_hash = any ($1::text[])
 group by session.token_hash
 order by array_position($1::text[], session.token_hash)";

/// Lets them use TaskFlow for that time. What fails is counted.
pub async fn load(world: &World, time: Duration) -> anyhow::Result<Measured> {
    let client = world.owned.connect().await?;
    let rows = client.query(TASKS, &[&CROWD.hashes()]).await.context("cannot read the crowd's tasks")?;
    let tasks: Arc<Vec<Vec<String>>> = Arc::new(rows.iter().map(|row| row.get(0)).collect());
    ensure!(tasks.len() == CROWD.count, "not everybody in the crowd has tasks");
    let server = world.taskflow;
    run(CROWD.count, time, |number, window| {
        let tasks = Arc::clone(&tasks);
        async move { Ok(member(server, &CROWD.token(number), &tasks[number], window).await) }
    })
    .await
}

async fn member(server: SocketAddr, token: &str, tasks: &[String], window: Window) -> Measured {
    let mut measured = Measured::default();
    let mut connection = None;
    tokio::time::sleep(Duration::from_millis(below(500))).await;
    while !window.is_over() {
        let sent = Instant::now();
        let asked = tokio::time::timeout(PATIENCE, ask(server, &mut connection, token, tasks)).await;
        match asked.context("no answer in time").flatten() {
            Ok(()) => window.note(sent, &mut measured),
            Err(error) => {
                measured.fail(&error);
                connection = None;
            }
        }
        // Two requests a second, on average.
        let pause = Duration::from_millis(250 + below(500));
        tokio::time::sleep(pause.saturating_sub(sent.elapsed())).await;
    }
    measured
}

async fn ask(
    server: SocketAddr,
    connection: &mut Option<Connection>,
    token: &str,
    tasks: &[String],
) -> anyhow::Result<()> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(Connection::open(server).await?),
    };
    let (line, body, expected) = wish(tasks);
    let status = connection.ask(&line, token, None, &body).await?;
    ensure!(status == expected, "{line} was answered with {status}: {}", connection.answer());
    Ok(())
}

/// What somebody wants next: four times of five to look at something. The line, the body, the status of success.
fn wish(tasks: &[String]) -> (String, String, u16) {
    let task = &tasks[below(tasks.len() as u64) as usize];
    match below(100) {
        0..40 => ("GET /api/tasks?status=active&sort_by=due_date".into(), String::new(), 200),
        40..80 => (format!("GET /api/tasks/{task}"), String::new(), 200),
        80..88 => ("POST /api/tasks".into(), TASK.into(), 201),
        88..96 => (format!("PATCH /api/tasks/{task}"), format!(r#"{{"title":"Call number {}"}}"#, below(10_000)), 200),
        _ => (format!("POST /api/tasks/{task}/complete"), String::new(), 200),
    }
}

fn below(limit: u64) -> u64 {
    u64::from_le_bytes(web::random()) % limit
}
