//! Consumers: events that Dapr delivers are taken, each once.

use std::collections::BTreeMap;

use events::Event;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use store::{Delivery, Reason, Refusal, Statement, statement};

use crate::{Problem, Request, Response, log, now_ms, random};

/// Several deliveries in one request of a bulk subscription.
#[derive(Deserialize)]
struct Bulk<'a> {
    #[serde(borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "entryId")]
    id: String,
    #[serde(borrow)]
    event: &'a RawValue,
}

/// Largest input of one call in bytes, unless it is a single event: a call has to end within ten seconds.
const MAX_BATCH_BYTES: usize = 64 * 1024;

/// Number of times that an event is tried with the current state of the data.
const MAX_ATTEMPTS: usize = 3;

/// Outcome of a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Taken, now or before, or put into the dead letters.
    Taken,
    /// To be delivered again.
    Failed,
    /// The input of the body was no longer current. To be delivered again.
    Stale,
}

/// Decision of a consumer about an event.
pub enum Decision {
    /// Take it, with this input of the body.
    Take(Box<RawValue>),
    /// Ignore it; it is not even recorded.
    Ignore,
    /// Put it into the dead letters, for this reason: it can never be taken.
    Reject(String),
}

/// Delivery on its way through a call.
enum Item {
    Ignored,
    Rejected(String),
    /// Passed to the body, under this id.
    Passed(String),
}

/// Decides about an event. Not a type parameter, so that this module is compiled once and not in each function.
type Decide<'a> = &'a dyn Fn(&Event) -> Result<Decision, Refusal>;

/// Takes the events that Dapr delivers to a consumer, one or several, with the input that `decide` returns
/// for each. Each batch of up to 64 KiB is one call of the statement, whose frame is `consumer`. Events with
/// input that is no longer current are tried up to three times. Events may be delivered again, in any order.
/// Those that cannot be parsed, or are rejected for good, go to the consumer's dead letters with the reason;
/// others that fail are delivered again. The response is never a 404, which Dapr takes for success.
pub fn consume(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    decide: Decide,
) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let body = match serde_json::from_slice::<Bulk>(request.bytes()) {
        Ok(bulk) => {
            let events: Vec<&[u8]> = bulk.entries.iter().map(|entry| entry.event.get().as_bytes()).collect();
            let outcomes = take(request, consumer, statement, decide, &events)?;
            let statuses: Vec<Value> = bulk
                .entries
                .iter()
                .zip(outcomes)
                .map(|(entry, outcome)| json!({ "entryId": entry.id, "status": outcome.status() }))
                .collect();
            json!({ "statuses": statuses })
        }
        Err(_) => {
            let outcomes = take(request, consumer, statement, decide, &[request.bytes()])?;
            json!({ "status": outcomes.first().map_or("RETRY", |outcome| outcome.status()) })
        }
    };
    Ok(Response::json(200, body.to_string()))
}

/// Takes events, and returns the outcome of each. Stale ones are tried again a few times.
fn take(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    decide: Decide,
    events: &[&[u8]],
) -> Result<Vec<Outcome>, Problem> {
    let mut outcomes = take_once(request, consumer, statement, decide, events)?;
    for _ in 1..MAX_ATTEMPTS {
        let stale: Vec<usize> = (0..events.len()).filter(|at| outcomes[*at] == Outcome::Stale).collect();
        if stale.is_empty() {
            break;
        }
        let retried: Vec<&[u8]> = stale.iter().map(|at| events[*at]).collect();
        for (at, outcome) in stale.iter().zip(take_once(request, consumer, statement, decide, &retried)?) {
            outcomes[*at] = outcome;
        }
    }
    Ok(outcomes)
}

fn take_once(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    decide: Decide,
    events: &[&[u8]],
) -> Result<Vec<Outcome>, Problem> {
    let (mut deliveries, mut items) = (Vec::new(), Vec::new());
    for body in events {
        items.push(match Event::read(body) {
            Err(error) => Item::Rejected(error.to_string()),
            Ok(event) => match decide(&event)? {
                Decision::Reject(reason) => Item::Rejected(reason),
                Decision::Ignore => Item::Ignored,
                Decision::Take(input) => {
                    let delivery = to_delivery(&event, input);
                    let id = delivery.id.clone();
                    deliveries.push(delivery);
                    Item::Passed(id)
                }
            },
        });
    }
    let client = request.service(consumer, None);
    let mut failed = BTreeMap::new();
    for batch in batches(&deliveries) {
        failed.extend(client.take(statement, batch)?);
    }
    let mut outcomes = Vec::new();
    for (item, body) in items.into_iter().zip(events) {
        let refusal = match item {
            Item::Rejected(reason) => {
                send_dead_letter(request, consumer, body, &reason)?;
                None
            }
            Item::Ignored => None,
            Item::Passed(id) => failed.remove(&id),
        };
        outcomes.push(match refusal {
            None => Outcome::Taken,
            Some(Refusal::Rejected(Reason::Stale)) => Outcome::Stale,
            Some(Refusal::Rejected(Reason::Busy)) => Outcome::Failed,
            Some(Refusal::Rejected(reason)) => {
                send_dead_letter(request, consumer, body, reason.as_str())?;
                Outcome::Taken
            }
            Some(refusal) => {
                log::fault(consumer, request.correlation_id(), "an event could not be taken", &refusal);
                Outcome::Failed
            }
        });
    }
    Ok(outcomes)
}

/// Splits deliveries into batches that are small enough for one call.
fn batches(deliveries: &[Delivery]) -> impl Iterator<Item = &[Delivery]> {
    let mut rest = deliveries;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let end = rest.iter().position(|delivery| {
            bytes += delivery.input.get().len();
            bytes > MAX_BATCH_BYTES
        });
        let (batch, after) = rest.split_at(end.map_or(rest.len(), |at| at.max(1)));
        rest = after;
        (!batch.is_empty()).then_some(batch)
    })
}

impl Outcome {
    /// Status in Dapr's API.
    fn status(self) -> &'static str {
        match self {
            Self::Taken => "SUCCESS",
            Self::Failed | Self::Stale => "RETRY",
        }
    }
}

fn to_delivery(event: &Event, input: Box<RawValue>) -> Delivery {
    let data = &event.data;
    Delivery {
        id: data.event_id.clone(),
        kind: event.kind.name,
        topic: event.kind.topic,
        occurred_at: data.occurred_at.clone(),
        user_id: data.user_id.clone(),
        task_id: data.task_id.clone(),
        seq: data.seq,
        correlation_id: data.correlation_id.clone(),
        traceparent: event.traceparent.clone(),
        input,
    }
}

/// Sends an event to the dead letters of a consumer, through the outbox.
fn send_dead_letter(
    request: &Request,
    consumer: &'static str,
    body: &[u8],
    reason: &str,
) -> Result<(), Problem> {
    let mut event = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(event)) if !events::has_nul(body) => event,
        _ => {
            let text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
            let made = json!({ "specversion": "1.0", "source": "taskflow", "type": "unreadable", "data": { "text": text } });
            made.as_object().cloned().unwrap_or_default()
        }
    };
    // Members that every CloudEvent has, so that it can be published.
    let id = domain::Id::new(now_ms(), random()).to_string();
    for (name, default) in
        [("id", id.as_str()), ("specversion", "1.0"), ("source", "taskflow"), ("type", "unreadable")]
    {
        if event.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            event.insert(name.into(), json!(default));
        }
    }
    event.insert("deadletterreason".into(), json!(reason));
    let input = json!({ "consumer": consumer, "event": event });
    request.service(consumer, None).rows(statement!("send_dead_letter.sql"), &input)?;
    Ok(())
}
