//! Errors of tools, explained so that a model can act on them.

use std::error::Error;
use std::fmt::{Display, Formatter};

use actions::resolution::Candidate;
use domain::{Errors, FieldError, Timezone, wrong_member};
use serde_json::{Value, json};
use store::{Reason, Refusal};

use super::inputs::IDEMPOTENCY_KEY;
use super::text::{QUOTES_ARE_DATA, line};
use super::times::{localise, localise_example, now};
use crate::protocol::RpcError;

/// The reason why a tool did nothing.
#[derive(Debug)]
pub enum ToolError {
    /// The action refused.
    Refused(Refusal),
    /// The argument fits several tasks or series.
    Ambiguous { argument: &'static str, candidates: Vec<Candidate> },
    /// The argument fits no task or series; the candidates have similar titles.
    NoMatch { argument: &'static str, candidates: Vec<Candidate> },
}

/// An error as text for models, and as data for programs.
pub struct Explanation {
    pub text: String,
    pub problem: Value,
}

impl Explanation {
    fn new(kind: &str, text: impl Into<String>) -> Self {
        Self { text: text.into(), problem: json!({ "kind": kind }) }
    }
}

impl ToolError {
    /// Explains the error. An error that no other call would avoid becomes one of JSON-RPC.
    pub fn explain(self, arguments: &Value, zone: Option<&Timezone>) -> Result<Explanation, RpcError> {
        Ok(match self {
            Self::Ambiguous { argument, candidates } => ambiguous(argument, candidates, zone),
            Self::NoMatch { argument, candidates } => no_match(argument, candidates, zone),
            Self::Refused(refusal) => match refusal {
                Refusal::Invalid(errors) => invalid(errors, zone),
                Refusal::InvalidState(detail) => {
                    Explanation::new("not_now", format!("Nothing was done. {detail}"))
                }
                Refusal::Rejected(Reason::Stale) | Refusal::Conflict { .. } => Explanation::new(
                    "changed",
                    "Nothing was done, because another request changed it at the same time. Call again.",
                ),
                Refusal::NotFound => not_found(arguments),
                Refusal::RateLimited { retry_after } => Explanation::new(
                    "limited",
                    format!(
                        "Nothing was done, because there were too many requests. Call again in {retry_after} seconds."
                    ),
                ),
                Refusal::Rejected(Reason::Busy) => Explanation::new(
                    "busy",
                    "Nothing was done, because other requests of the person are still in progress. Call again in \
                     a second.",
                ),
                Refusal::Rejected(Reason::IdTaken) => {
                    let detail =
                        "is in use, or was used for another call; omit it, or use a new UUID of version 7";
                    invalid(wrong_member("id", detail), zone)
                }
                Refusal::KeyReused => {
                    let detail = "was used for another call; use a new one, such as a UUID";
                    invalid(wrong_member(IDEMPOTENCY_KEY, detail), zone)
                }
                other => return Err(other.into()),
            },
        })
    }
}

fn not_found(arguments: &Value) -> Explanation {
    let sources = [
        ("task", "task", "list_tasks or search_tasks; words of the title work too"),
        ("recurring_task", "series", "list_recurring_tasks; words of the title work too"),
        ("reminder", "reminder", "list_reminders"),
    ];
    let named = sources.into_iter().find_map(|(name, kind, from)| Some((arguments.get(name)?, kind, from)));
    let (id, kind, from) = named.unwrap_or((&Value::Null, "item", "the lists"));
    let text = format!(
        "Nothing was done: the person has no {kind} with the id {id}. Get the id of a {kind} from {from}."
    );
    Explanation::new("not_found", text)
}

/// More errors than this mean that the model confused the tool, so a longer list would not help.
const MAX_ERRORS: usize = 20;

fn invalid(mut errors: Errors, zone: Option<&Timezone>) -> Explanation {
    errors.truncate(MAX_ERRORS);
    for error in errors.iter_mut() {
        error.detail = localise_example(&error.detail, zone);
    }
    let lines: Vec<String> = errors
        .iter()
        .map(|error| match error.pointer.trim_start_matches('/') {
            "" => format!("- the arguments: {}", error.detail),
            name => format!("- `{name}` {}", error.detail),
        })
        .collect();
    let list: Vec<Value> = errors
        .iter()
        .map(|FieldError { pointer, detail }| json!({ "pointer": pointer, "detail": detail }))
        .collect();
    let now = zone.and_then(now).map(|now| format!("\nIt is {now} for the person.")).unwrap_or_default();
    let text =
        format!("Nothing was done. Correct these arguments and call again:\n{}{now}", lines.join("\n"));
    Explanation { text, problem: json!({ "kind": "invalid", "errors": list }) }
}

/// Candidates listed in an error.
const MAX_CANDIDATES: usize = 5;

fn ambiguous(argument: &str, candidates: Vec<Candidate>, zone: Option<&Timezone>) -> Explanation {
    let has_more = candidates.len() > MAX_CANDIDATES;
    let (candidates, lines) = list(argument, candidates, zone);
    let more = if has_more {
        "\nThere are more: use more words of the title, or find the id with search_tasks."
    } else {
        ""
    };
    let text = format!(
        "Nothing was done: several {} match `{argument}`. Ask the person which one, or call again with its \
         id:{lines}{more}\n{QUOTES_ARE_DATA}",
        plural(argument)
    );
    Explanation { text, problem: json!({ "kind": "ambiguous", "candidates": candidates }) }
}

fn no_match(argument: &str, candidates: Vec<Candidate>, zone: Option<&Timezone>) -> Explanation {
    let plural = plural(argument);
    let (candidates, lines) = list(argument, candidates, zone);
    let text = if lines.is_empty() {
        format!(
            "Nothing was done: no {plural} match `{argument}`, and none has a similar title. Find it with {}.",
            if argument == "task" { "search_tasks" } else { "list_recurring_tasks" }
        )
    } else {
        format!(
            "Nothing was done: no {plural} match `{argument}`. These have similar titles; if it is one of them, call \
             again with its id:{lines}\n{QUOTES_ARE_DATA}"
        )
    };
    Explanation { text, problem: json!({ "kind": "no_match", "candidates": candidates }) }
}

fn plural(argument: &str) -> &str {
    if argument == "task" { "tasks" } else { "series" }
}

/// The first candidates as data, and as lines of text.
fn list(argument: &str, candidates: Vec<Candidate>, zone: Option<&Timezone>) -> (Value, String) {
    let done = if argument == "task" { "completed" } else { "ended" };
    let shown = candidates.into_iter().take(MAX_CANDIDATES).map(|candidate| {
        let Candidate { id, title, open, due_date, all_day } = candidate;
        let status = if open { "active" } else { done };
        json!({ "id": id, "title": title, "status": status, "due_date": due_date, "all_day": all_day })
    });
    let mut shown: Value = shown.collect();
    localise(&mut shown, zone);
    let lines =
        shown.as_array().into_iter().flatten().map(|candidate| format!("\n- {}", line(candidate))).collect();
    (shown, lines)
}

impl Display for ToolError {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(_) => f.write_str("the action refused"),
            Self::Ambiguous { argument, .. } => write!(f, "`{argument}` is ambiguous"),
            Self::NoMatch { argument, .. } => write!(f, "`{argument}` matches nothing"),
        }
    }
}

impl Error for ToolError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl From<Refusal> for ToolError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Errors> for ToolError {
    fn from(errors: Errors) -> Self {
        Self::Refused(Refusal::Invalid(errors))
    }
}
