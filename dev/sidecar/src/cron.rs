//! Calls of routes at fixed intervals.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::Cron;

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Starts calling. As in Dapr, errors are ignored, and a call does not wait for the previous one.
pub fn start(crons: &[Cron], app: &App, tasks: &TaskTracker, stop: &CancellationToken) {
    for cron in crons {
        let (mut app, stop, tracker) = (app.clone(), stop.clone(), tasks.clone());
        let (route, interval) = (cron.route.clone(), cron.interval);
        tasks.spawn(async move {
            app.wait_for_address().await;
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(interval) => {}
                }
                let (app, route, stop) = (app.clone(), route.clone(), stop.clone());
                tracker.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        _ = app.post(&route, "application/json", "{}".into(), TIME_LIMIT) => {}
                    }
                });
            }
        });
    }
}
