//! Events, as CloudEvents in JSON.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use domain::Field;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The schema versions of `data` that consumers read: the current one and the one before.
const VERSIONS: std::ops::RangeInclusive<u32> = 1..=1;

/// Type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Name on the wire.
    pub name: &'static str,
    /// Topic that it is published to.
    pub topic: &'static str,
    /// Kind of its subject.
    pub subject: Subject,
}

/// Kind of the subject of an event: what the CloudEvents attribute `subject` is the id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A task, in `task_id`.
    Task,
    /// A series, in `recurring_task_id`.
    Series,
    /// A reminder, in `reminder_id`, and its task, in `task_id`.
    Reminder,
    /// A security incident, described in `details`.
    Security,
}

const fn task(name: &'static str) -> Kind {
    Kind { name, topic: "task-events", subject: Subject::Task }
}

const fn series(name: &'static str) -> Kind {
    Kind { name, topic: "task-events", subject: Subject::Series }
}

const fn reminder(name: &'static str, topic: &'static str) -> Kind {
    Kind { name, topic, subject: Subject::Reminder }
}

const fn security(name: &'static str) -> Kind {
    Kind { name, topic: "audit-events", subject: Subject::Security }
}

/// All types of events.
pub const KINDS: &[Kind] = &[
    task("task.created"),
    task("task.updated"),
    task("task.completed"),
    task("task.reopened"),
    task("task.deleted"),
    task("task.restored"),
    task("task.purged"),
    task("task.conflict"),
    series("recurring.created"),
    series("recurring.updated"),
    series("recurring.generated"),
    series("recurring.withdrawn"),
    series("recurring.stopped"),
    series("recurring.ended"),
    series("recurring.conflict"),
    reminder("reminder.created", "task-events"),
    reminder("reminder.cancelled", "task-events"),
    reminder("reminder.snoozed", "task-events"),
    reminder("reminder.due", "reminders"),
    reminder("reminder.sent", "reminders"),
    reminder("reminder.failed", "reminders"),
    security("auth.login_failed"),
    security("access.denied"),
    security("limit.hit"),
    security("token.rejected"),
    security("input.suspicious"),
];

/// Event as it is delivered. Members that this release does not know are ignored.
#[derive(Debug)]
pub struct Event<'a> {
    /// Type of the event.
    pub kind: &'static Kind,
    /// Trace that it belongs to.
    pub traceparent: Option<String>,
    /// Members of `data` that every consumer reads.
    pub data: Data,
    /// All of `data`, with members of later releases.
    pub whole: &'a RawValue,
}

/// Members of `data` that every consumer reads.
#[derive(Debug, Deserialize)]
pub struct Data {
    /// Version of the schema of `data`.
    pub schema_version: u32,
    /// Id of the event, the same in every delivery.
    pub event_id: String,
    /// Correlation id of the request.
    pub correlation_id: Option<String>,
    /// User that it belongs to; `None` if the user is unknown.
    pub user_id: Option<String>,
    /// Position among the user's changes.
    pub seq: i64,
    /// Actor: `user`, `agent` or `system`.
    pub actor: String,
    /// Time at which it happened.
    pub occurred_at: String,
    /// Task that it is about.
    pub task_id: Option<String>,
    /// Series that it is about.
    pub recurring_task_id: Option<String>,
    /// Reminder that it is about.
    pub reminder_id: Option<String>,
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: String,
    traceparent: Option<String>,
    #[serde(borrow)]
    data: &'a RawValue,
}

/// Reason why an event is rejected. It must not quote what people wrote, as serde's error does, so that is
/// not kept as its source.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidEvent(String);

impl Display for InvalidEvent {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidEvent {}

impl<'a> Event<'a> {
    /// Parses the members of `data` that a consumer reads.
    pub fn parse_data<T: Deserialize<'a>>(&self) -> Result<T, InvalidEvent> {
        read(self.whole.get().as_bytes())
    }

    /// Returns all of `data` as one JSON string, for a body that only keeps it: so Postgres does not parse
    /// it.
    pub fn data_as_string(&self) -> Box<RawValue> {
        serde_json::value::to_raw_value(self.whole.get()).expect("a text can be written as JSON")
    }

    /// Parses a delivered event.
    pub fn read(body: &'a [u8]) -> Result<Self, InvalidEvent> {
        let Envelope { kind, traceparent, data: whole } = read(body)?;
        if has_nul(body) {
            return Err(InvalidEvent("wrong schema: a NUL character".to_owned()));
        }
        if contains_escapes(body) {
            // Rejects half of a surrogate pair, which Postgres cannot store.
            read::<serde_json::Value>(body)?;
        }
        let kind = KINDS
            .iter()
            .find(|known| known.name == kind)
            .ok_or_else(|| InvalidEvent("unknown event type".to_owned()))?;
        let mut data: Data = read(whole.get().as_bytes())?;
        if !VERSIONS.contains(&data.schema_version) {
            return Err(InvalidEvent(format!("unknown schema version {}", data.schema_version)));
        }
        let is_id = |text: &String| text.parse::<domain::Id>().is_ok();
        let wrong = |member: &str| Err(InvalidEvent(format!("wrong schema: {member}")));
        // In one notation, so that the same id is the same text.
        match data.event_id.parse::<domain::Id>() {
            Ok(id) => data.event_id = id.to_string(),
            Err(_) => return wrong("event_id is no UUID"),
        }
        let ids = [&data.user_id, &data.task_id, &data.recurring_task_id, &data.reminder_id];
        if !ids.into_iter().flatten().all(is_id) {
            return wrong("an id is no UUID");
        }
        let subject_id = match kind.subject {
            Subject::Task => Some(("task_id", &data.task_id)),
            Subject::Series => Some(("recurring_task_id", &data.recurring_task_id)),
            Subject::Reminder => Some(("reminder_id", &data.reminder_id)),
            Subject::Security => None,
        };
        if let Some((name, id)) = subject_id
            && (data.user_id.is_none() || id.is_none())
        {
            return wrong(&format!("user_id or {name} is missing"));
        }
        // In UTC, as Postgres does not accept every offset.
        match domain::TimeOrDay::parse(&data.occurred_at.as_str().into()) {
            Ok(domain::TimeOrDay::At(moment)) => data.occurred_at = moment.to_string(),
            _ => return wrong("occurred_at is no time"),
        }
        if !["user", "agent", "system"].contains(&data.actor.as_str()) {
            return wrong("actor is unknown");
        }
        Ok(Self { kind, traceparent, data, whole })
    }
}

fn read<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, InvalidEvent> {
    serde_json::from_slice(json).map_err(|error| {
        InvalidEvent(match error.classify() {
            serde_json::error::Category::Data => {
                format!("wrong schema: {}", without_values(&error.to_string()))
            }
            _ => "broken JSON".to_owned(),
        })
    })
}

/// True if a string in the JSON contains `\u0000`, which Postgres cannot store. After an odd number of
/// further backslashes it is plain text.
pub fn has_nul(json: &[u8]) -> bool {
    // Bytes that are no text cannot contain the escape either.
    let text = std::str::from_utf8(json).unwrap_or_default();
    text.match_indices(r"\u0000")
        .any(|(at, _)| text.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0)
}

fn contains_escapes(json: &[u8]) -> bool {
    json.windows(2).any(|two| two == br"\u")
}

/// Cuts an error message of serde before the value that it quotes.
fn without_values(message: &str) -> &str {
    message.split(": string").next().unwrap_or_default().split(" `").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invalid(reason: &str) -> Result<(), InvalidEvent> {
        Err(InvalidEvent(reason.to_owned()))
    }

    fn with(member: &str, value: serde_json::Value) -> Result<(), InvalidEvent> {
        let mut data = serde_json::json!({
            "schema_version": 1, "event_id": "0198c0de-0000-7000-8000-000000000001", "correlation_id": null,
            "user_id": "0198c0de-0000-7000-8000-000000000002", "seq": 3, "actor": "user",
            "occurred_at": "2026-11-21T10:00:00.5+00:00", "task_id": "0198c0de-0000-7000-8000-000000000003",
            "before": null, "after": {}, "a member of later": 1,
        });
        data[member] = value;
        let event = serde_json::json!({ "type": "task.created", "data": data }).to_string();
        Event::read(event.as_bytes()).map(drop)
    }

    #[test]
    fn an_event_may_have_unknown_members() {
        assert_eq!(with("another", 1.into()), Ok(()));
    }

    #[test]
    fn a_wrong_member_is_named_without_its_value() {
        for (member, value, reason) in [
            ("schema_version", 2.into(), "unknown schema version 2"),
            ("event_id", "x".into(), "wrong schema: event_id is no UUID"),
            ("user_id", serde_json::Value::Null, "wrong schema: user_id or task_id is missing"),
            ("occurred_at", "yesterday".into(), "wrong schema: occurred_at is no time"),
            ("actor", "nobody".into(), "wrong schema: actor is unknown"),
            ("seq", "a secret".into(), "wrong schema: invalid type"),
        ] {
            assert_eq!(with(member, value), invalid(reason), "{member}");
        }
    }

    #[test]
    fn a_nul_character_is_rejected_and_its_escaped_escape_is_not() {
        assert_eq!(with("text", "a\0b".into()), invalid("wrong schema: a NUL character"));
        assert_eq!(with("text", "a\\u0000b".into()), Ok(()));
    }

    #[test]
    fn broken_json_and_unknown_types_are_told_apart() {
        assert_eq!(Event::read(b"{").map(drop), invalid("broken JSON"));
        let unknown =
            br#"{"type":"x","data":{"schema_version":1,"event_id":"","seq":1,"actor":"","occurred_at":""}}"#;
        assert_eq!(Event::read(unknown).map(drop), invalid("unknown event type"));
    }
}
