//! The `crowd` scenario: 500 users at once, each on a connection of its own. A user sends a request, waits
//! for the response and pauses, so that each sends two requests per second. Four of five requests read. Other
//! scenarios measure how much the servers can take; this one measures latency under ordinary use.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use workload::Connection;

use crate::load::run;
use crate::measurement::{Measurement, Window};
use crate::scenario::TASK;
use crate::world::{CROWD, World};

/// Name of the scenario.
pub const NAME: &str = "crowd";

/// Timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Tasks of each user, in the order of the tokens.
const TASKS: &str = "
select array_agg(task.id::text)
  from app.sessions as session join app.tasks as task on task.user_id = session.user_id
 where session.token_hash = any ($1::text[])
 group by session.token_hash
 order by array_position($1::text[], session.token_hash)";

/// Runs so many users of the crowd for some time. Failures are counted.
pub async fn load(world: &World, users: usize, time: Duration) -> anyhow::Result<Measurement> {
    let client = world.owned.connect().await?;
    let rows = client.query(TASKS, &[&CROWD.hashes()]).await.context("cannot read the crowd's tasks")?;
    let tasks: Arc<Vec<Vec<String>>> = Arc::new(rows.iter().map(|row| row.get(0)).collect());
    ensure!(tasks.len() == CROWD.count, "some users of the crowd have no tasks");
    let server = world.taskflow;
    run(users, time, |number, window| {
        let tasks = Arc::clone(&tasks);
        async move { Ok(run_user(server, &CROWD.token(number), &tasks[number], window).await) }
    })
    .await
}

async fn run_user(server: SocketAddr, token: &str, tasks: &[String], window: Window) -> Measurement {
    let mut measured = Measurement::default();
    let mut connection = None;
    tokio::time::sleep(Duration::from_millis(random_below(500))).await;
    while !window.is_over() {
        let sent = Instant::now();
        let result = tokio::time::timeout(TIMEOUT, send_next(server, &mut connection, token, tasks)).await;
        match result.context("no response in time").flatten() {
            Ok(()) => window.record(sent, &mut measured),
            Err(error) => {
                measured.fail(&error);
                connection = None;
            }
        }
        // Two requests per second, on average.
        let pause = Duration::from_millis(250 + random_below(500));
        tokio::time::sleep(pause.saturating_sub(sent.elapsed())).await;
    }
    measured
}

/// Sends the next request of a user, and checks the status of the response.
async fn send_next(
    server: SocketAddr,
    connection: &mut Option<Connection>,
    token: &str,
    tasks: &[String],
) -> anyhow::Result<()> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(Connection::open(server).await?),
    };
    let (line, body, expected) = next_request(tasks);
    let status = connection.send(&line, token, None, &body).await?;
    ensure!(status == expected, "{line} returned {status}: {}", connection.response());
    Ok(())
}

/// Next request of a user, four times of five one that reads: request line, body, expected status.
fn next_request(tasks: &[String]) -> (String, String, u16) {
    let task = &tasks[random_below(tasks.len() as u64) as usize];
    match random_below(100) {
        0..40 => ("GET /api/tasks?status=active&sort_by=due_date".into(), String::new(), 200),
        40..80 => (format!("GET /api/tasks/{task}"), String::new(), 200),
        80..88 => ("POST /api/tasks".into(), TASK.into(), 201),
        88..96 => (
            format!("PATCH /api/tasks/{task}"),
            format!(r#"{{"title":"Call number {}"}}"#, random_below(10_000)),
            200,
        ),
        _ => (format!("POST /api/tasks/{task}/complete"), String::new(), 200),
    }
}

fn random_below(limit: u64) -> u64 {
    u64::from_le_bytes(web::random()) % limit
}
