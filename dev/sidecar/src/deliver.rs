//! What was published goes to who takes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::{Bulk, Config, Retry};
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
    bulk: Option<Bulk>,
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
            let mut way = Way {
                place: format!("{}/{}/{number}", one.consumer, one.topic),
                route: one.route.clone(),
                topic: one.topic.clone(),
                pubsub: config.pubsub.clone(),
                dead_letters: one.dead_letters.clone(),
                bulk: one.bulk.clone(),
                retry: config.retry.clone(),
                timeout: config.timeout,
                log: Arc::clone(log),
                topics: Arc::clone(topics),
                offsets: offsets.clone(),
                app: app.clone(),
            };
            let stop = stop.clone();
            tasks.spawn(async move {
                let go_on = async {
                    while let Err(error) = way.go().await {
                        eprintln!("error: {} waits, and is tried again: {error:#}", way.place);
                        sleep(Duration::from_secs(1)).await;
                    }
                };
                stop.run_until_cancelled(go_on).await;
            });
        }
    }
    Ok(())
}

/// What became of a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Taken,
    /// It goes to the dead letters at once.
    Dropped,
    Failed,
}

impl Outcome {
    fn of_status(status: &Value) -> Self {
        match status.as_str() {
            Some("SUCCESS") => Self::Taken,
            Some("DROP") => Self::Dropped,
            _ => Self::Failed,
        }
    }
}

impl Way {
    /// Delivers from where it has come to, without end.
    async fn go(&mut self) -> Result<()> {
        let log = Arc::clone(&self.log);
        let mut reader = Reader::new(&log, self.offsets.of(&self.place));
        self.app.known().await;
        loop {
            let (event, mut position) = reader.next().await?;
            let mut events = vec![event];
            if let Some(bulk) = &self.bulk {
                let until = Instant::now() + bulk.within;
                while events.len() < bulk.most {
                    let Ok(next) = timeout_at(until, reader.next()).await else { break };
                    let (event, behind) = next?;
                    events.push(event);
                    position = behind;
                }
            }
            self.deliver(events).await?;
            self.offsets.set(&self.place, position);
        }
    }

    /// Until each is taken or goes to the dead letters. Where there are none it is tried for ever, as with Kafka.
    async fn deliver(&self, mut events: Vec<String>) -> Result<()> {
        let mut dead = Vec::new();
        for failures in 1.. {
            let outcomes = self.once(&events).await;
            let mut failed = Vec::new();
            for (event, outcome) in events.into_iter().zip(outcomes) {
                match outcome {
                    Outcome::Taken => {}
                    Outcome::Dropped => dead.push(event),
                    Outcome::Failed => failed.push(event),
                }
            }
            events = failed;
            if events.is_empty() {
                break;
            }
            match (self.retry.wait(failures), &self.dead_letters) {
                (Some(wait), _) => sleep(wait).await,
                (None, None) => sleep(Duration::from_secs(5)).await,
                (None, Some(_)) => {
                    dead.append(&mut events);
                    break;
                }
            }
        }
        if let (Some(topic), false) = (&self.dead_letters, dead.is_empty()) {
            // As they are: Dapr does not say there who could not take it, nor why.
            let letters: Vec<_> = dead.into_iter().map(|event| (self.place.clone(), event)).collect();
            self.topics.publish(topic, &letters).await?;
        }
        Ok(())
    }

    /// What becomes of each of them.
    async fn once(&self, events: &[String]) -> Vec<Outcome> {
        let all = |outcome| vec![outcome; events.len()];
        let (kind, body) = match (&self.bulk, events) {
            (None, [event]) => ("application/cloudevents+json", event.clone()),
            _ => ("application/json", self.bulk_of(events)),
        };
        match self.app.post(&self.route, kind, body, self.timeout).await {
            Ok((200..=299, body)) => {
                let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
                match (&self.bulk, &answer["statuses"]) {
                    (None, _) if answer["status"].is_null() => all(Outcome::Taken),
                    (None, _) => all(Outcome::of_status(&answer["status"])),
                    (Some(_), Value::Array(statuses)) => {
                        let told: BTreeMap<&str, &Value> = statuses
                            .iter()
                            .filter_map(|one| Some((one["entryId"].as_str()?, &one["status"])))
                            .collect();
                        let of = |number: usize| told.get(number.to_string().as_str()).copied();
                        (0..events.len()).map(|number| of(number).map_or(Outcome::Failed, Outcome::of_status)).collect()
                    }
                    // Who says nothing has taken one, but not many.
                    (Some(_), _) => all(Outcome::Failed),
                }
            }
            // Dapr takes that for an answer, also where there is a topic for dead letters: the event is lost.
            Ok((404, _)) => all(Outcome::Taken),
            Ok(_) | Err(_) => all(Outcome::Failed),
        }
    }

    /// Several in one, as Dapr delivers them.
    fn bulk_of(&self, events: &[String]) -> String {
        let entries: Vec<String> = events
            .iter()
            .enumerate()
            .map(|(number, event)| {
                format!(
                    r#"{{"entryId":"{number}","contentType":"application/cloudevents+json","metadata":{{}},"event":{event}}}"#
                )
            })
            .collect();
        let mut envelope = json!({
            "id": self.place, "metadata": {}, "topic": self.topic, "pubsubname": self.pubsub, "type": "com.dapr.event.sent.bulk",
        })
        .to_string();
        envelope.truncate(envelope.len() - 1);
        format!("{envelope},\"entries\":[{}]}}", entries.join(","))
    }
}
