//! What is called again and again.

use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::Config;

/// As Dapr does: an error is nobody's business, and the next call does not wait for the one before.
pub fn start(config: &Config, app: &App, tasks: &TaskTracker, stop: &CancellationToken) -> Result<()> {
    for cron in &config.crons {
        let (mut app, stop, tracker) = (app.clone(), stop.clone(), tasks.clone());
        let (route, every) = (cron.route.clone(), cron.every);
        tasks.spawn(async move {
            app.known().await;
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(every) => {}
                }
                let (app, route, stop) = (app.clone(), route.clone(), stop.clone());
                tracker.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        _ = app.post(&route, "application/json", "{}".into(), Duration::from_secs(60)) => {}
                    }
                });
            }
        });
    }
    Ok(())
}
