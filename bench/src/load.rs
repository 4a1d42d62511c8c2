//! The load: connections that each send the next request when they have the response of the last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use domain::Id;
use workload::Connection;

use crate::measurement::{Measurement, Window};
use crate::scenario::{Scenario, Without};
use crate::world::World;

/// Runs a worker for each connection, and combines their measurements.
pub async fn run<W>(
    connections: usize,
    time: Duration,
    worker: impl Fn(usize, Window) -> W,
) -> anyhow::Result<Measurement>
where
    W: Future<Output = anyhow::Result<Measurement>> + Send + 'static,
{
    let window = Window::of(time);
    let workers: Vec<_> = (0..connections).map(|number| tokio::spawn(worker(number, window))).collect();
    let mut all = Measurement::of(time);
    for worker in workers {
        all.add(worker.await??);
    }
    Ok(all)
}

/// Loads a server. With `keyed`, each request has an `Idempotency-Key`. A request that fails ends the run.
pub async fn http(
    server: SocketAddr,
    scenario: &'static Scenario,
    keyed: bool,
    world: &World,
    time: Duration,
) -> anyhow::Result<Measurement> {
    let lines: Arc<Vec<String>> =
        Arc::new(scenario.requests.iter().map(|request| world.dated(request.line)).collect());
    let connections = scenario.connections;
    run(connections, time, |number, window| {
        let lines = Arc::clone(&lines);
        async move {
            let mut connection = Connection::open(server).await?;
            let mut measured = Measurement::default();
            for turn in 0.. {
                if window.is_over() {
                    break;
                }
                // With enough users each connection has its own, so that none waits for the lock of another.
                let token = scenario.users.token(number + connections * turn);
                let key = keyed.then(|| Id::new(web::now_ms(), web::random()).to_string());
                let which = (number + turn) % lines.len();
                let (line, body) = (lines[which].as_str(), scenario.requests[which].body);
                let sent = Instant::now();
                let status = connection.send(line, &token, key.as_deref(), body).await?;
                window.record(sent, &mut measured);
                // HTTP has no status for a tool that failed.
                let failed = matches!(scenario.without, Some(Without::Tools(_)))
                    && connection.response().contains(r#""isError":true"#);
                ensure!(
                    status == scenario.status && !failed,
                    "{line} returned {status}: {}",
                    connection.response()
                );
            }
            Ok(measured)
        }
    })
    .await
}
