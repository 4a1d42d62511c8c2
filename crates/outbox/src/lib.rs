//! Publishing from the outbox.

use std::collections::{BTreeMap, BTreeSet};

use dapr::PublishError;
use dapr::time::{now_ms, wait};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::{Client, Context, Identity, Principal, PublishLease, Refusal, chain, statement};

/// Timeout of a bulk publish. With the time for gathering it is shorter than the lease of five seconds.
const TIMEOUT_MS: u64 = 2000;

/// Number of events below which the publisher waits, so that more gather before it continues.
const SMALL_BATCH: usize = 100;

/// All publishers continue at multiples of this time, so that a consumer gets their events in one batch.
const GATHER_MS: u64 = 125;

/// Time after which the publisher gives up the shard: no request runs forever.
const MAX_DURATION_MS: u64 = 20_000;

/// Outcome of the last batch of a publisher.
#[derive(Debug, Default, Serialize)]
struct Report {
    shard: i16,
    holder: String,
    sent: Vec<i64>,
    failed: Vec<i64>,
    error: Option<String>,
    /// True if the publisher has run for [`MAX_DURATION_MS`] and gives up the shard.
    gives_up: bool,
}

/// Event that waits in the outbox.
#[derive(Deserialize)]
struct WaitingEvent<'a> {
    position: i64,
    topics: Vec<String>,
    /// Entry of a bulk publish.
    #[serde(borrow)]
    entry: &'a RawValue,
}

/// Publishes the events of the leased shards, to be called after the response was sent. Events that are not
/// published stay in the outbox for the next publisher. Returns the reasons of the shards whose outbox could
/// not be read.
pub async fn publish(leases: Vec<PublishLease>) -> Vec<Refusal> {
    let shards = join_all(leases.into_iter().map(publish_shard));
    shards.await.into_iter().filter_map(Result::err).collect()
}

async fn publish_shard(PublishLease { shard, holder }: PublishLease) -> Result<(), Refusal> {
    let context = Context::default();
    let client = Client::new(Principal::new(Identity::Anonymous {}, "system"), &context);
    let begun = now_ms();
    let mut report = Report { shard, holder: holder.clone(), ..Report::default() };
    loop {
        let mut rows = client.call(statement!("publish.sql"), &report)?;
        // Another transaction has written events that are not visible yet.
        let is_early = rows.take("retry").is_some();
        let rows: Vec<String> = rows.all("event").collect();
        if rows.is_empty() && !is_early {
            return Ok(());
        }
        let waiting = rows
            .iter()
            .map(|row| serde_json::from_str(row))
            .collect::<Result<Vec<WaitingEvent>, _>>()
            .map_err(|error| Refusal::unreadable("an event of the outbox", error))?;
        let (failed, error) = send(&waiting).await;
        if waiting.len() < SMALL_BATCH && failed.is_empty() {
            wait(GATHER_MS - now_ms() % GATHER_MS).await;
        }
        let (failed, sent) =
            waiting.iter().map(|event| event.position).partition(|position| failed.contains(position));
        let gives_up = now_ms() - begun > MAX_DURATION_MS;
        report = Report { shard, holder: holder.clone(), sent, failed, error, gives_up };
    }
}

/// Sends a batch, with a request for each topic. Returns the positions of the events that failed on any of
/// them, and a reason.
async fn send(waiting: &[WaitingEvent<'_>]) -> (BTreeSet<i64>, Option<String>) {
    let mut topics: BTreeMap<&str, Vec<&WaitingEvent>> = BTreeMap::new();
    for event in waiting {
        for topic in &event.topics {
            topics.entry(topic).or_default().push(event);
        }
    }
    // At the same time, so that all of them are done before the lease expires.
    let sent = join_all(topics.into_iter().map(async |(topic, events)| send_topic(topic, &events).await));
    let (mut failed, mut problem) = (BTreeSet::new(), None);
    for (positions, reason) in sent.await.into_iter().flatten() {
        failed.extend(positions);
        problem = Some(reason);
    }
    (failed, problem)
}

/// Publishes to one topic. Returns the positions of the events that failed, and the reason, if any failed.
async fn send_topic(topic: &str, events: &[&WaitingEvent<'_>]) -> Option<(Vec<i64>, String)> {
    let entries: Vec<&RawValue> = events.iter().map(|event| event.entry).collect();
    let PublishError { entries, cause } = dapr::publish(topic, &entries, TIMEOUT_MS).await.err()?;
    let named: Vec<i64> = entries.iter().filter_map(|id| id.parse().ok()).collect();
    let all = || events.iter().map(|event| event.position).collect();
    Some((if named.is_empty() { all() } else { named }, chain(&cause)))
}
