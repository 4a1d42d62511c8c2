//! What was published goes to who takes it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::{Config, Retry};
use crate::log::{Log, Reader};
use crate::offsets::Offsets;
use crate::topics::Topics;

/// One consumer's way through one partition.
struct Way {
    place: String,
    route: String,
    topic: String,
    pubsub: String,
    dead_letters: Option<String>,
    retry: Retry,
    timeout: Duration,
    log: Arc<Log>,
    topics: Arc<Topics>,
    offsets: Offsets,
    app: App,
}

/// Starts delivering: each partition in order, all of them at the same time.
pub fn start(
    config: &Config,
    topics: &Arc<Topics>,
    offsets: &Offsets,
    app: &App,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<()> {
    for one in &config.subscriptions {
        let logs = topics.partitions(&one.topic).context("a subscription's topic is declared")?;
        for (number, log) in logs.iter().enumerate() {
            let way = Way {
                place: format!("{}/{}/{number}", one.consumer, one.topic),
                route: one.route.clone(),
                topic: one.topic.clone(),
                pubsub: config.pubsub.clone(),
                dead_letters: one.dead_letters.clone(),
                retry: config.retry.clone(),
                timeout: config.timeout,
                log: Arc::clone(log),
                topics: Arc::clone(topics),
                offsets: offsets.clone(),
                app: app.clone(),
            };
            let stop = stop.clone();
            tasks.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    Err(error) = way.go() => eprintln!("error: nothing more is delivered: {error:#}"),
                }
            });
        }
    }
    Ok(())
}

/// What became of a delivery.
enum Outcome {
    Taken,
    /// The app wants nothing more of it.
    Dropped,
    Failed,
}

impl Way {
    async fn go(mut self) -> Result<()> {
        let log = Arc::clone(&self.log);
        let mut reader = Reader::new(&log, self.offsets.of(&self.place));
        self.app.known().await;
        loop {
            let (event, position) = reader.next().await?;
            self.deliver(&event).await?;
            self.offsets.set(&self.place, position);
        }
    }

    /// Until it is taken, or it goes to the dead letters. Where there are none it is tried for ever, as with Kafka.
    async fn deliver(&self, event: &str) -> Result<()> {
        let event = self.addressed(event);
        for failures in 1.. {
            match self.once(&event).await {
                Outcome::Taken => return Ok(()),
                Outcome::Dropped => break,
                Outcome::Failed => match (self.retry.wait(failures), &self.dead_letters) {
                    (Some(wait), _) => tokio::time::sleep(wait).await,
                    (None, Some(_)) => break,
                    (None, None) => tokio::time::sleep(Duration::from_secs(5)).await,
                },
            }
        }
        if let Some(topic) = &self.dead_letters {
            self.topics.publish(topic, &[(self.place.clone(), event)]).await?;
        }
        Ok(())
    }

    async fn once(&self, event: &str) -> Outcome {
        match self.app.post(&self.route, "application/cloudevents+json", event.to_owned(), self.timeout).await {
            Ok((200..=299, body)) => {
                match serde_json::from_slice::<Value>(&body).ok().as_ref().map(|body| &body["status"]) {
                    Some(Value::String(status)) if status == "RETRY" => Outcome::Failed,
                    Some(Value::String(status)) if status == "DROP" => Outcome::Dropped,
                    _ => Outcome::Taken,
                }
            }
            Ok((404, _)) => Outcome::Dropped,
            Ok(_) | Err(_) => Outcome::Failed,
        }
    }

    /// The event with where it came from, as Dapr adds it.
    fn addressed(&self, event: &str) -> String {
        let mut event = serde_json::from_str::<Map<String, Value>>(event).unwrap_or_default();
        event.insert("pubsubname".into(), self.pubsub.clone().into());
        event.insert("topic".into(), self.topic.clone().into());
        Value::Object(event).to_string()
    }
}
