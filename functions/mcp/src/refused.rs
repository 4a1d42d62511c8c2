//! Why a tool did nothing, said so that a model can act on it.

use actions::Problem;
use actions::naming::Candidate;
use domain::{Errors, FieldError, wrong_member};
use serde_json::{Value, json};
use store::Refusal;

use crate::failure::Failure;
use crate::reply::{DATA, line};
use crate::times::{as_here, localise, now};

/// Why a tool did not do what it was asked.
#[derive(Debug)]
pub enum Trouble {
    /// The use case says so.
    Problem(Problem),
    /// Several are called so.
    Several(&'static str, Vec<Candidate>),
    /// Nothing is called so.
    Nothing(&'static str, Vec<Candidate>),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl From<Errors> for Trouble {
    fn from(errors: Errors) -> Self {
        Self::Problem(Problem::Invalid(errors))
    }
}

/// Why a tool did nothing: in words, and for programs.
pub struct Refused {
    pub text: String,
    pub problem: Value,
}

/// Says it. What is nothing of the model's making is no answer of the tool.
pub fn refused(trouble: Trouble, arguments: &Value) -> Result<Refused, Failure> {
    let said = |kind: &str, text: String| Ok(Refused { text, problem: json!({ "kind": kind }) });
    match trouble {
        Trouble::Several(argument, candidates) => Ok(unclear("ambiguous", argument, candidates)),
        Trouble::Nothing(argument, candidates) => Ok(unclear("no_match", argument, candidates)),
        Trouble::Problem(Problem::Invalid(errors)) => Ok(invalid(errors)),
        Trouble::Problem(Problem::NotNow(instead)) => said("not_now", format!("Nothing was done. {instead}")),
        Trouble::Problem(Problem::TooFast | Problem::Changed(_)) => {
            said("changed", "Nothing was done: somebody else changes this right now. Call again.".into())
        }
        Trouble::Problem(Problem::Refused(refusal)) => match refusal {
            Refusal::NotFound => {
                let named = [
                    ("task", "task", "list_tasks or search_tasks, and words of the title do as well"),
                    ("recurring_task", "series", "list_recurring_tasks, and words of the title do as well"),
                    ("reminder", "reminder", "list_reminders"),
                ];
                let meant = named.into_iter().find_map(|(name, kind, from)| Some((arguments.get(name)?, kind, from)));
                let (id, kind, from) = meant.unwrap_or((&Value::Null, "thing", "the lists"));
                let text = format!(
                    "Nothing was done: there is no {kind} with the id {id}, or it is somebody else's. The id of a {kind} comes from {from}."
                );
                said("not_found", text)
            }
            Refusal::Limited => {
                let wait = store::quota().map_or(1.0, |quota| quota.reset.max(1.0));
                said(
                    "limited",
                    format!("Nothing was done: there were too many requests. Call again in {wait} seconds."),
                )
            }
            Refusal::KeyUsed => Ok(invalid(wrong_member(
                "idempotency_key",
                "was used for another call: take a new one, such as a UUID",
            ))),
            other => Err(other.into()),
        },
    }
}

fn invalid(mut errors: Errors) -> Refused {
    // Who has so many wrong has sent something else altogether.
    errors.truncate(20);
    for error in &mut errors {
        error.detail = as_here(&error.detail);
    }
    let lines: Vec<String> = errors
        .iter()
        .map(|error| match error.pointer.trim_start_matches('/') {
            "" => format!("- the arguments: {}", error.detail),
            name => format!("- `{name}` {}", error.detail),
        })
        .collect();
    let list: Vec<Value> =
        errors.iter().map(|FieldError { pointer, detail }| json!({ "pointer": pointer, "detail": detail })).collect();
    let now = now().map(|now| format!("\nIt is {now} for the person.")).unwrap_or_default();
    let text = format!("Nothing was done. Mend these arguments and call again:\n{}{now}", lines.join("\n"));
    Refused { text, problem: json!({ "kind": "invalid", "errors": list }) }
}

/// What is shown of those that are meant perhaps.
const SHOWN: usize = 5;

fn unclear(kind: &str, argument: &str, candidates: Vec<Candidate>) -> Refused {
    let (many, is_series) = (candidates.len(), argument == "recurring_task");
    let things = if is_series { "series" } else { "tasks" };
    let mut shown: Vec<Value> = Vec::new();
    for one in candidates.into_iter().take(SHOWN) {
        let status = match (one.open, is_series) {
            (true, _) => "active",
            (false, true) => "ended",
            (false, false) => "completed",
        };
        shown.push(json!({ "id": one.id, "title": one.title, "status": status, "due_date": one.due_date, "all_day": one.all_day }));
    }
    let mut shown = json!(shown);
    localise(&mut shown);
    let lines: String = shown.as_array().into_iter().flatten().map(|one| format!("\n- {}", line(one))).collect();
    let more = if many > SHOWN {
        "\nThere are more: use more words of the title, or look for the id with search_tasks."
    } else {
        ""
    };
    let text = match (kind, many) {
        ("ambiguous", _) => format!(
            "Nothing was done: several {things} fit `{argument}`. Ask which one is meant, or call again with its id:{lines}{more}\n{DATA}"
        ),
        (_, 0) => format!(
            "Nothing was done: no {things} fit `{argument}`, and none has a title like it. Look for it with {}.",
            if is_series { "list_recurring_tasks" } else { "search_tasks" }
        ),
        _ => format!(
            "Nothing was done: no {things} fit `{argument}`. These have titles that are alike; call again with the id if one of them is meant:{lines}\n{DATA}"
        ),
    };
    Refused { text, problem: json!({ "kind": kind, "candidates": shown }) }
}
