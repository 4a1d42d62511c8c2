//! What Dapr delivers is taken, once.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use store::{Delivery, Refusal, Statement, statement};
use web::{Problem, Request, Response, log};

use crate::Event;

/// Several events at once, as Dapr delivers them to a bulk subscription.
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

/// What a body refuses with where what it was given is no longer true.
const AGAIN: &str = "again";

/// How much one call is given, but that one event is always given whole: a call has to end within ten seconds.
const MOST_BYTES: usize = 256 * 1024;

/// How often it is then given what is true now.
const TRIES: usize = 3;

/// What Dapr is to do with an event now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing: it was taken, now or before, or it is among the dead letters.
    Taken,
    /// Bring it again.
    Again,
    /// The same: something else was faster.
    Stale,
}

/// What a consumer does with an event.
pub enum Wanted {
    /// Gives this to its body.
    Taken(Box<RawValue>),
    /// Nothing at all, so it is not even noted.
    Ignored,
    /// It tells something that nobody can make sense of, for this reason.
    Wrong(String),
}

/// Takes what Dapr delivers in a consumer's name, one event or several: one call of a body whose frame is `consumer`, which
/// gets for each event what `wants` makes of it. The same event may come again, in any order. What cannot be read, or is
/// refused for good, goes to the consumer's dead letters with the reason; only what may go well another time comes again. It
/// is never a 404, which Dapr takes for success.
pub fn consume(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    wants: impl Fn(&Event) -> Result<Wanted, Refusal>,
) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let answer = match serde_json::from_slice::<Bulk>(request.bytes()) {
        Ok(bulk) => {
            let bodies: Vec<&[u8]> = bulk.entries.iter().map(|entry| entry.event.get().as_bytes()).collect();
            let verdicts = take(request, consumer, statement, wants, &bodies)?;
            let statuses: Vec<Value> = bulk
                .entries
                .iter()
                .zip(verdicts)
                .map(|(entry, verdict)| json!({ "entryId": entry.id, "status": verdict.as_str() }))
                .collect();
            json!({ "statuses": statuses })
        }
        Err(_) => {
            let verdicts = take(request, consumer, statement, wants, &[request.bytes()])?;
            json!({ "status": verdicts.first().map_or("RETRY", |verdict| verdict.as_str()) })
        }
    };
    Ok(Response::json(200, answer.to_string()))
}

/// What is to be done with each of them, in their order. Where what a body was given is no longer true, it is given what is true
/// now, some times.
fn take(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    wants: impl Fn(&Event) -> Result<Wanted, Refusal>,
    bodies: &[&[u8]],
) -> Result<Vec<Verdict>, Problem> {
    let mut verdicts = take_once(request, consumer, statement, &wants, bodies)?;
    for _ in 1..TRIES {
        let stale: Vec<usize> = (0..bodies.len()).filter(|at| verdicts[*at] == Verdict::Stale).collect();
        if stale.is_empty() {
            break;
        }
        let again: Vec<&[u8]> = stale.iter().map(|at| bodies[*at]).collect();
        for (at, verdict) in stale.iter().zip(take_once(request, consumer, statement, &wants, &again)?) {
            verdicts[*at] = verdict;
        }
    }
    Ok(verdicts)
}

fn take_once(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    wants: impl Fn(&Event) -> Result<Wanted, Refusal>,
    bodies: &[&[u8]],
) -> Result<Vec<Verdict>, Problem> {
    let mut deliveries = Vec::new();
    // The id of each that was given to the body; nothing where it is ignored.
    let mut given: Vec<Result<Option<String>, String>> = Vec::new();
    for body in bodies {
        given.push(match Event::read(body) {
            Err(reason) => Err(reason),
            Ok(event) => match wants(&event)? {
                Wanted::Wrong(reason) => Err(reason),
                Wanted::Ignored => Ok(None),
                Wanted::Taken(input) => {
                    let delivery = delivery(&event, input);
                    let id = delivery.id.clone();
                    deliveries.push(delivery);
                    Ok(Some(id))
                }
            },
        });
    }
    let principal = request.service(consumer, None);
    let mut refused = BTreeMap::new();
    for some in bearable(&deliveries) {
        refused.extend(store::take(statement, &principal, some)?);
    }
    let mut verdicts = Vec::new();
    for (given, body) in given.iter().zip(bodies) {
        let refusal = match given {
            Err(reason) => Some(Refusal::Said(reason.clone())),
            Ok(id) => id.as_ref().and_then(|id| refused.remove(id)),
        };
        let reason = match refusal {
            None => {
                verdicts.push(Verdict::Taken);
                continue;
            }
            Some(Refusal::Said(word)) if word == AGAIN => {
                verdicts.push(Verdict::Stale);
                continue;
            }
            Some(Refusal::Said(word)) => word,
            Some(refusal) => {
                let cause = format!("an event could not be taken: {refusal:?}");
                log::fault(consumer, &principal.correlation_id, &cause);
                verdicts.push(Verdict::Again);
                continue;
            }
        };
        bury(request, consumer, body, &reason)?;
        verdicts.push(Verdict::Taken);
    }
    Ok(verdicts)
}

/// Groups of which each is little enough for one call, whatever there is to do.
fn bearable(deliveries: &[Delivery]) -> impl Iterator<Item = &[Delivery]> {
    let mut left = deliveries;
    std::iter::from_fn(move || {
        let mut weight = 0;
        let heavy = left.iter().position(|delivery| {
            weight += delivery.input.get().len();
            weight > MOST_BYTES
        });
        let (some, rest) = left.split_at(heavy.map_or(left.len(), |at| at.max(1)));
        left = rest;
        (!some.is_empty()).then_some(some)
    })
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "SUCCESS",
            Self::Again | Self::Stale => "RETRY",
        }
    }
}

fn delivery(event: &Event, input: Box<RawValue>) -> Delivery {
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

fn bury(request: &Request, consumer: &'static str, body: &[u8], reason: &str) -> Result<(), Problem> {
    let mut event = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(event)) if !crate::event::has_nul(body) => event,
        _ => {
            let text = String::from_utf8_lossy(body).replace('\0', "\u{fffd}");
            let made =
                json!({ "specversion": "1.0", "source": "taskflow", "type": "unreadable", "data": { "text": text } });
            made.as_object().cloned().unwrap_or_default()
        }
    };
    // What no CloudEvent is without, so that it can be published.
    let id = domain::TaskId::new(web::now_ms(), web::random()).to_string();
    for (name, usual) in [("id", id.as_str()), ("specversion", "1.0"), ("source", "taskflow"), ("type", "unreadable")] {
        if event.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            event.insert(name.into(), json!(usual));
        }
    }
    event.insert("deadletterreason".into(), json!(reason));
    let input = json!({ "consumer": consumer, "event": event });
    store::run(statement!("dead_letter.sql"), &request.service(consumer, None), &input)?;
    Ok(())
}
