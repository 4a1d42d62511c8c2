//! What waits in the outbox goes to Dapr.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde::{Deserialize, Serialize};
use store::{Duty, Principal, Refusal, Who, statement};
use web::{log, now_ms, outbound};

/// The name of the pub/sub component.
const PUBSUB: &str = "pubsub";

/// With the time that others are given to gather it is less than the lease of five seconds.
const WITHIN_MS: u64 = 2000;

/// Where fewer than these wait, the publisher lets some more gather before it goes on. All go on at the same moments, so that a
/// consumer that takes many at once gets them in one.
const FEW: usize = 100;
const TOGETHER_MS: u64 = 375;

/// After this time somebody else may have the shard: no request runs for ever.
const LONGEST_MS: u64 = 20_000;

/// What the publisher tells of its last group.
#[derive(Debug, Default, Serialize)]
struct Report {
    shard: i16,
    holder: String,
    done: Vec<i64>,
    failed: Vec<i64>,
    problem: Option<String>,
    leaves: bool,
}

/// An event that waits.
struct Waiting<'a> {
    place: Place,
    /// The entry of a bulk publish.
    entry: &'a str,
}

#[derive(Deserialize)]
struct Place {
    position: i64,
    topics: Vec<String>,
}

/// What Dapr could not publish.
#[derive(Deserialize)]
struct Failures {
    #[serde(rename = "failedEntries", default)]
    entries: Vec<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    #[serde(rename = "entryId")]
    id: String,
    #[serde(default)]
    error: String,
}

/// Publishes what the calls of this request were given to publish. To be called when the request was answered: nobody waits
/// for it, and what it does not get done stays in the outbox for the next.
pub async fn publish(function: &str) {
    join_all(store::duties().into_iter().map(|duty| async {
        if let Err(refusal) = publish_shard(duty).await {
            log::fault(function, "publishing", &format!("the outbox cannot be published: {refusal:?}"));
        }
    }))
    .await;
}

async fn publish_shard(Duty { shard, holder }: Duty) -> Result<(), Refusal> {
    let begun = now_ms();
    let mut report = Report { shard, holder: holder.clone(), ..Report::default() };
    loop {
        let rows = store::run(statement!("publish.sql"), &publisher(), &report)?;
        if rows.is_empty() {
            return Ok(());
        }
        // None where somebody still writes, and nobody sees yet what.
        let waiting = rows
            .chunks_exact(2)
            .map(|row| Ok(Waiting { place: serde_json::from_str(&row[0])?, entry: &row[1] }))
            .collect::<Result<Vec<_>, serde_json::Error>>()
            .map_err(|error| Refusal::fault(format!("a row of the outbox: {error}")))?;
        let (failed, problem) = send(&waiting).await;
        if waiting.len() < FEW && failed.is_empty() {
            outbound::wait(TOGETHER_MS - now_ms() % TOGETHER_MS).await;
        }
        let (failed, done) =
            waiting.iter().map(|one| one.place.position).partition(|position| failed.contains(position));
        let leaves = now_ms() - begun > LONGEST_MS;
        report = Report { shard, holder: holder.clone(), done, failed, problem, leaves };
    }
}

fn publisher() -> Principal {
    Principal::new(Who::Nobody {}, "system")
}

/// Sends a group, a request for each topic. Returns the positions of what failed on any of them, and why.
async fn send(waiting: &[Waiting<'_>]) -> (BTreeSet<i64>, Option<String>) {
    let (mut failed, mut problem) = (BTreeSet::new(), None);
    let topics: BTreeSet<&String> = waiting.iter().flat_map(|one| &one.place.topics).collect();
    // At the same time, so that all of them are done before the lease ends.
    let sent = join_all(topics.into_iter().map(async |topic| {
        let of_topic: Vec<&Waiting> = waiting.iter().filter(|one| one.place.topics.contains(topic)).collect();
        bulk(topic, &of_topic).await
    }));
    for (positions, why) in sent.await.into_iter().filter_map(Result::err) {
        failed.extend(positions);
        problem = Some(why);
    }
    (failed, problem)
}

/// Publishes to one topic. The error names what failed.
async fn bulk(topic: &str, events: &[&Waiting<'_>]) -> Result<(), (Vec<i64>, String)> {
    let all = || events.iter().map(|one| one.place.position).collect();
    let path = format!("/v1.0-alpha1/publish/bulk/{PUBSUB}/{topic}");
    let entries: Vec<&str> = events.iter().map(|one| one.entry).collect();
    let body = format!("[{}]", entries.join(","));
    match outbound::send_dapr(&path, Some(body.into_bytes()), WITHIN_MS).await {
        Ok((200..=299, _)) => Ok(()),
        Ok((status, answer)) => {
            let failures = serde_json::from_slice::<Failures>(&answer).map_or_else(|_| Vec::new(), |all| all.entries);
            let positions: Vec<i64> = failures.iter().filter_map(|one| one.id.parse().ok()).collect();
            let why = failures.first().map(|one| one.error.as_str()).unwrap_or_default();
            Err((if positions.is_empty() { all() } else { positions }, format!("status {status} {why}")))
        }
        Err(why) => Err((all(), why)),
    }
}
