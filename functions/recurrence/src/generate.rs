//! `POST /internal/recurrence/events`, called by Dapr with task events

use actions::series::progress::{Progress, parse_row};
use domain::{Adjustment, Field, ItemId, Moment, Occurrence, Rule, WallClock};
use events::Event;
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use store::{Fault, Refusal, statement};
use web::{Decision, Problem, Request, Response};

/// Event types after which a series may be without an open occurrence.
const KINDS: [&str; 3] = ["task.completed", "task.deleted", "task.purged"];

/// Members of a task event that name its series.
#[derive(Deserialize)]
struct TaskEvent {
    before: Option<TaskState>,
    after: Option<TaskState>,
}

#[derive(Deserialize)]
struct TaskState {
    recurring_task_id: Option<ItemId>,
}

/// Input of `generate.sql`.
#[derive(Serialize)]
struct Input {
    series: ItemId,
    /// Version of the series that this was computed from. If it has changed, the event is retried.
    version: domain::Version,
    new_occurrences: Vec<NewOccurrence>,
    /// True if the series has ended.
    ends: bool,
}

#[derive(Serialize)]
struct NewOccurrence {
    id: ItemId,
    place: WallClock,
    missed: bool,
    adjustment: Option<Adjustment>,
}

/// Makes the missed and the next occurrences of a series after its open task is completed or deleted. The
/// state of the series decides, not the event, so duplicate, late and concurrent deliveries change nothing.
pub fn run(request: &Request) -> Result<Response, Problem> {
    web::consume(request, "recurrence", statement!("generate.sql"), &|event| {
        if !KINDS.contains(&event.kind.name) {
            return Ok(Decision::Ignore);
        }
        let TaskEvent { before, after } = match event.parse_data() {
            Ok(data) => data,
            Err(error) => return Ok(Decision::Reject(error.to_string())),
        };
        match after.or(before).and_then(|task| task.recurring_task_id) {
            Some(series) => input(request, event, series).map(Decision::Take),
            None => Ok(Decision::Ignore),
        }
    })
}

/// Returns the input of the statement for a series, or JSON `null` if it needs no new occurrence.
fn input(request: &Request, event: &Event, id: ItemId) -> Result<Box<serde_json::value::RawValue>, Refusal> {
    let client = request.service("recurrence", None);
    let rows =
        client.rows(statement!("progress.sql"), &json!({ "series": id, "user": event.data.user_id }))?;
    let progress = rows.first().map(|row| parse_row::<Progress>(row)).transpose()?;
    let input = progress.and_then(|progress| follow_up(id, progress, &event.data.occurred_at));
    to_raw_value(&input)
        .map_err(|error| Refusal::Fault(Fault::caused_by("next occurrences cannot be serialized", error)))
}

/// Computes the occurrences to make. Returns `None` if an occurrence is open or the series has ended.
fn follow_up(id: ItemId, progress: Progress, occurred_at: &str) -> Option<Input> {
    let Progress { version, rule, place, is_open, is_done, closed_at, .. } = progress;
    let place = place.filter(|_| !is_open)?;
    // A purged task has no completion time, so the time of the event stands in for it.
    let closed_at = closed_at.or_else(|| Moment::parse(&Value::from(occurred_at)).ok())?;
    let follow_up = rule.follow_up(place, closed_at);
    let ends = follow_up.next.is_none();
    // Deleting an occurrence skips the missed ones.
    let missed = follow_up
        .missed
        .into_iter()
        .filter(|_| is_done)
        .map(|occurrence| new_occurrence(&rule, occurrence, true));
    let next = follow_up.next.map(|occurrence| new_occurrence(&rule, occurrence, false));
    let new_occurrences = missed.chain(next).collect();
    Some(Input { series: id, version, new_occurrences, ends })
}

fn new_occurrence(rule: &Rule, occurrence: Occurrence, missed: bool) -> NewOccurrence {
    let id = ItemId::new(web::now_ms(), web::random());
    NewOccurrence { id, place: rule.place(occurrence.due_date), missed, adjustment: occurrence.adjustment }
}
