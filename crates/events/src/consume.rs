//! What Dapr delivers is taken, once.

use serde_json::{Value, json};
use store::{Delivered, Principal, Refusal, statement};
use web::{Problem, Request, Response};

use crate::Event;

/// Takes an event in a consumer's name: `work` is one call of a body whose frame is a `consumer`. The same event may come
/// again, in any order. What cannot be read, or is refused for good, goes to the consumer's dead letters with the reason; only
/// what may go well another time is an error, so that Dapr tries again. It is never a 404, which Dapr takes for success.
pub fn consume(
    request: &Request,
    consumer: &'static str,
    work: impl FnOnce(&Event, &Principal) -> Result<(), Refusal>,
) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let event = match Event::read(request.bytes()) {
        Ok(event) => event,
        Err(reason) => return bury(request, consumer, &reason),
    };
    let principal = Principal { event: Some(delivered(&event, consumer)), ..request.service(consumer, None) };
    match work(&event, &principal) {
        Ok(()) => Ok(taken()),
        Err(Refusal::Said(word)) if word == "duplicate" => Ok(taken()),
        Err(Refusal::Said(word)) => bury(request, consumer, &word),
        Err(Refusal::NotFound | Refusal::NotSignedIn) => bury(request, consumer, "what it is about is gone"),
        Err(refusal @ (Refusal::Away(_) | Refusal::NotInstalled | Refusal::Fault(_))) => Err(refusal.into()),
        Err(refusal) => Err(Problem::fault(format!("{consumer} could not take an event: {refusal:?}"))),
    }
}

fn delivered(event: &Event, consumer: &'static str) -> Delivered {
    let data = &event.data;
    Delivered {
        consumer,
        id: data.event_id.clone(),
        kind: event.kind.clone(),
        occurred_at: data.occurred_at.clone(),
        user_id: data.user_id.clone(),
        seq: data.seq,
    }
}

fn taken() -> Response {
    Response::json(200, json!({ "status": "SUCCESS" }).to_string())
}

fn bury(request: &Request, consumer: &'static str, reason: &str) -> Result<Response, Problem> {
    let mut event = match serde_json::from_slice::<Value>(request.bytes()) {
        Ok(Value::Object(event)) if !crate::event::has_nul(request.bytes()) => event,
        _ => {
            let text = String::from_utf8_lossy(request.bytes()).replace('\0', "\u{fffd}");
            let made =
                json!({ "specversion": "1.0", "source": "taskflow", "type": "unreadable", "data": { "text": text } });
            made.as_object().cloned().unwrap_or_default()
        }
    };
    event.entry("id").or_insert_with(|| json!(domain::TaskId::new(web::now_ms(), web::random())));
    event.insert("deadletterreason".into(), json!(reason));
    event.insert("deadletterconsumer".into(), json!(consumer));
    let input = json!({ "consumer": consumer, "event": event });
    store::run(statement!("dead_letter.sql"), &request.service(consumer, None), &input)?;
    Ok(taken())
}
