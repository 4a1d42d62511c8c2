//! `POST /internal/recurrence/events`, from the subscription

use actions::series::find::{Found, read};
use domain::{Adjustment, Field, Moment, Occurrence, Rule, TaskId, WallClock};
use events::{Event, Wanted};
use serde::{Deserialize, Serialize};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use store::{Refusal, statement};
use web::{Problem, Request, Response};

/// After these, the newest occurrence of a series may be one that is no longer to be done.
const KINDS: [&str; 3] = ["task.completed", "task.deleted", "task.purged"];

/// What an event of a task tells of its series.
#[derive(Deserialize)]
struct Tells {
    before: Option<OfSeries>,
    after: Option<OfSeries>,
}

#[derive(Deserialize)]
struct OfSeries {
    recurring_task_id: Option<TaskId>,
}

/// What the body is to make.
#[derive(Serialize)]
struct Work {
    series: TaskId,
    /// Where it is another one now, this is to be thought through again.
    version: domain::Version,
    rule: Rule,
    coming: Vec<Coming>,
    /// Nothing comes any more.
    ends: bool,
}

#[derive(Serialize)]
struct Coming {
    id: TaskId,
    place: WallClock,
    missed: bool,
    adjustment: Option<Adjustment>,
}

/// Makes what comes after a task of a series that is done or thrown away. It looks at how far the series has come, not at
/// what the event says: so the same event may come again, late, or twice at once.
pub fn run(request: &Request) -> Result<Response, Problem> {
    events::consume(request, "recurrence", statement!("generate.sql"), |event| {
        if !KINDS.contains(&event.kind.name) {
            return Ok(Wanted::Ignored);
        }
        let Tells { before, after } = match event.tells() {
            Ok(tells) => tells,
            Err(reason) => return Ok(Wanted::Wrong(reason)),
        };
        match after.or(before).and_then(|task| task.recurring_task_id) {
            Some(series) => work(request, event, series).map(Wanted::Taken),
            None => Ok(Wanted::Ignored),
        }
    })
}

fn work(request: &Request, event: &Event, id: TaskId) -> Result<Box<serde_json::value::RawValue>, Refusal> {
    let principal = request.service("recurrence", None);
    let rows =
        store::run(statement!("progress.sql"), &principal, &json!({ "series": id, "user": event.data.user_id }))?;
    let series = rows.first().map(|row| read::<Found>(row)).transpose()?;
    let work = series.and_then(|series| follow_up(id, series, &event.data.occurred_at));
    to_raw_value(&work).map_err(|error| Refusal::fault(format!("what comes next cannot be written: {error}")))
}

/// What is to be made; nothing where an occurrence is still to be done, or the series has ended.
fn follow_up(id: TaskId, series: Found, happened: &str) -> Option<Work> {
    let Found { version, rule, place, is_open, is_done, done_at, .. } = series;
    let place = place.filter(|_| !is_open)?;
    // What is gone for good went when the event says.
    let done = done_at.or_else(|| Moment::parse(&Value::from(happened)).ok())?;
    let follow_up = rule.follow_up(place, done);
    let ends = follow_up.next.is_none();
    // Who throws one away skips to the next.
    let missed = follow_up.missed.into_iter().filter(|_| is_done).map(|occurrence| coming(&rule, occurrence, true));
    let next = follow_up.next.map(|occurrence| coming(&rule, occurrence, false));
    let coming = missed.chain(next).collect();
    Some(Work { series: id, version, coming, rule, ends })
}

fn coming(rule: &Rule, occurrence: Occurrence, missed: bool) -> Coming {
    let id = TaskId::new(web::now_ms(), web::random());
    Coming { id, place: rule.place(occurrence.due_date), missed, adjustment: occurrence.adjustment }
}
