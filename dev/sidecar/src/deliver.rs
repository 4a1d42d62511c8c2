//! Delivery of published events to their consumers.

mod attempt;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::{Bulk, Config, Retry};
use crate::deliver::attempt::{Endpoint, Outcome};
use crate::log::Log;
use crate::offsets::Offsets;
use crate::topics::Topics;

/// Delay between attempts after the last retry, for a consumer without a dead-letter topic.
const FINAL_DELAY: Duration = Duration::from_secs(5);

/// A consumer of one partition.
struct PartitionConsumer {
    /// Consumer, topic and partition, such as `audit/task-events/0`.
    id: String,
    endpoint: Endpoint,
    dead_letter_topic: Option<String>,
    bulk: Option<Bulk>,
    retry: Retry,
    log: Arc<Log>,
    topics: Arc<Topics>,
    offsets: Offsets,
}

/// Starts delivering. Partitions are independent of each other; each is delivered in order.
pub fn start(
    config: &Config,
    topics: &Arc<Topics>,
    offsets: &Offsets,
    app: &App,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<()> {
    for subscription in &config.subscriptions {
        let topic = &subscription.topic;
        let logs = topics.partitions(topic).with_context(|| format!("the topic {topic} is not declared"))?;
        for (partition, log) in logs.iter().enumerate() {
            let id = format!("{}/{topic}/{partition}", subscription.consumer);
            let mut consumer = PartitionConsumer {
                endpoint: Endpoint {
                    id: id.clone(),
                    route: subscription.route.clone(),
                    topic: topic.clone(),
                    pubsub: config.pubsub.clone(),
                    is_bulk: subscription.bulk.is_some(),
                    timeout: config.resiliency.delivery_timeout,
                    app: app.clone(),
                },
                id,
                dead_letter_topic: subscription.dead_letter_topic.clone(),
                bulk: subscription.bulk.clone(),
                retry: config.resiliency.delivery_retry.clone(),
                log: Arc::clone(log),
                topics: Arc::clone(topics),
                offsets: offsets.clone(),
            };
            let stop = stop.clone();
            tasks.spawn(async move {
                let run = async {
                    while let Err(error) = consumer.run().await {
                        eprintln!("error: deliveries to {} stopped, and start again: {error:#}", consumer.id);
                        sleep(Duration::from_secs(1)).await;
                    }
                };
                stop.run_until_cancelled(run).await;
            });
        }
    }
    Ok(())
}

impl PartitionConsumer {
    /// Delivers from the consumer's offset on. Returns only on an error.
    async fn run(&mut self) -> Result<()> {
        let mut reader = self.log.reader(self.offsets.get(&self.id));
        self.endpoint.app.wait_for_address().await;
        loop {
            let (event, mut offset) = reader.next().await?;
            let mut events = vec![event];
            if let Some(bulk) = &self.bulk {
                let deadline = Instant::now() + bulk.max_wait;
                while events.len() < bulk.max_events {
                    let Ok(next) = timeout_at(deadline, reader.next()).await else { break };
                    let (event, next_offset) = next?;
                    events.push(event);
                    offset = next_offset;
                }
            }
            self.deliver(events).await?;
            self.offsets.set(&self.id, offset);
        }
    }

    /// Delivers events until each is accepted or has become a dead letter. Without a dead-letter topic there
    /// is no limit of attempts, as with Kafka.
    async fn deliver(&self, mut events: Vec<String>) -> Result<()> {
        let mut dead_letters = Vec::new();
        for failures in 1.. {
            let outcomes = self.endpoint.attempt(&events).await?;
            let mut failed = Vec::new();
            for (event, outcome) in events.into_iter().zip(outcomes) {
                match outcome {
                    Outcome::Accepted => {}
                    Outcome::Dropped => dead_letters.push(event),
                    Outcome::Failed => failed.push(event),
                }
            }
            events = failed;
            if events.is_empty() {
                break;
            }
            match (self.retry.delay(failures), &self.dead_letter_topic) {
                (Some(delay), _) => sleep(delay).await,
                (None, None) => sleep(FINAL_DELAY).await,
                (None, Some(_)) => {
                    dead_letters.append(&mut events);
                    break;
                }
            }
        }
        if let (Some(topic), false) = (&self.dead_letter_topic, dead_letters.is_empty()) {
            // Unchanged: Dapr adds neither the consumer nor the reason.
            let dead_letters: Vec<_> =
                dead_letters.into_iter().map(|event| (self.id.clone(), event)).collect();
            self.topics.publish(topic, &dead_letters).await?;
        }
        Ok(())
    }
}
