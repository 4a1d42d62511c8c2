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

/// What Dapr is to do with an event now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing: it was taken, now or before, or it is among the dead letters.
    Taken,
    /// Bring it again.
    Again,
}

/// Takes what Dapr delivers in a consumer's name, one event or several: one call of a body whose frame is `consumer`, which
/// gets for each event what `input` makes of it. The same event may come again, in any order. What cannot be read, or is
/// refused for good, goes to the consumer's dead letters with the reason; only what may go well another time comes again. It
/// is never a 404, which Dapr takes for success.
pub fn consume(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    input: impl Fn(&Event) -> Box<RawValue>,
) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let answer = match serde_json::from_slice::<Bulk>(request.bytes()) {
        Ok(bulk) => {
            let bodies: Vec<&[u8]> = bulk.entries.iter().map(|entry| entry.event.get().as_bytes()).collect();
            let verdicts = take(request, consumer, statement, input, &bodies)?;
            let statuses: Vec<Value> = bulk
                .entries
                .iter()
                .zip(verdicts)
                .map(|(entry, verdict)| json!({ "entryId": entry.id, "status": verdict.as_str() }))
                .collect();
            json!({ "statuses": statuses })
        }
        Err(_) => {
            let verdicts = take(request, consumer, statement, input, &[request.bytes()])?;
            json!({ "status": verdicts.first().map_or("RETRY", |verdict| verdict.as_str()) })
        }
    };
    Ok(Response::json(200, answer.to_string()))
}

/// What is to be done with each of them, in their order.
fn take(
    request: &Request,
    consumer: &'static str,
    statement: Statement,
    input: impl Fn(&Event) -> Box<RawValue>,
    bodies: &[&[u8]],
) -> Result<Vec<Verdict>, Problem> {
    let events: Vec<Result<Event, String>> = bodies.iter().map(|body| Event::read(body)).collect();
    let deliveries: Vec<Delivery> = events.iter().flatten().map(|event| delivery(event, input(event))).collect();
    let principal = request.service(consumer, None);
    let refused: BTreeMap<String, Refusal> = match deliveries.as_slice() {
        [] => BTreeMap::new(),
        some => store::take(statement, &principal, some)?.into_iter().collect(),
    };
    let mut verdicts = Vec::new();
    for (event, body) in events.iter().zip(bodies) {
        let reason = match event {
            Err(reason) => reason.clone(),
            Ok(event) => match refused.get(&event.data.event_id) {
                None => {
                    verdicts.push(Verdict::Taken);
                    continue;
                }
                Some(Refusal::Said(word)) => word.clone(),
                Some(refusal) => {
                    let cause = format!("an event could not be taken: {refusal:?}");
                    log::fault(consumer, &principal.correlation_id, &cause);
                    verdicts.push(Verdict::Again);
                    continue;
                }
            },
        };
        bury(request, consumer, body, &reason)?;
        verdicts.push(Verdict::Taken);
    }
    Ok(verdicts)
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "SUCCESS",
            Self::Again => "RETRY",
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
