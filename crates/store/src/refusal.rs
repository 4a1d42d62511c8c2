//! Refusals: reasons why a use case did not do what it was asked.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};

use domain::{Errors, wrong_member};
use serde::Deserialize;
use serde_json::value::RawValue;
use spin_sdk::pg4::{PgError, QueryError};

use crate::{Constraint, Reason};

/// Reason why a use case did not do what it was asked.
#[derive(Debug)]
pub enum Refusal {
    /// The caller is unknown or no longer signed in.
    NotSignedIn,
    /// The thing does not exist, or belongs to another user.
    NotFound,
    /// The input is wrong in a way that only the whole of it, or the database, shows.
    Invalid(Errors),
    /// Not possible in the current state; the text says what to do instead.
    InvalidState(&'static str),
    /// The version is not one that the client expects.
    Conflict {
        /// Name of the thing on the wire: `task` or `recurring_task`.
        member: &'static str,
        /// Current state of the thing.
        current: Box<RawValue>,
    },
    /// A rate limit is exceeded.
    RateLimited {
        /// Seconds until the next request is allowed.
        retry_after: f64,
    },
    /// The caller's token lacks this scope.
    Forbidden(String),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// A constraint of the tables is violated.
    Violated(Constraint),
    /// The body rejected the request.
    Rejected(Reason),
    /// Something that is needed cannot be reached.
    Unavailable(Fault),
    /// The database does not have the statements of this release.
    NotInstalled,
    /// A fault of TaskFlow.
    Fault(Fault),
}

/// Description of a fault for the log. It holds no personal data.
#[derive(Debug)]
pub struct Fault {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Fault {
    /// A fault without another error behind it.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// A fault that another error caused.
    pub fn caused_by(message: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { message: message.into(), source: Some(source.into()) }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

/// Writes an error with all its sources, as in `cannot connect: timed out`.
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

impl Display for Refusal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSignedIn => f.write_str("not signed in"),
            Self::NotFound => f.write_str("not found"),
            Self::Invalid(errors) => write!(f, "{} values are invalid", errors.len()),
            Self::InvalidState(detail) => write!(f, "not possible in the current state: {detail}"),
            Self::Conflict { member, .. } => write!(f, "the {member} has another version"),
            Self::RateLimited { .. } => f.write_str("a rate limit is exceeded"),
            Self::Forbidden(scope) => write!(f, "the token lacks the scope {scope}"),
            Self::KeyReused => f.write_str("the idempotency key belongs to another request"),
            Self::Violated(constraint) => write!(f, "the constraint {} is violated", constraint.as_str()),
            Self::Rejected(reason) => write!(f, "rejected with the reason {}", reason.as_str()),
            Self::NotInstalled => {
                f.write_str("the statements of this release are not installed: run `taskflow migrate up`")
            }
            Self::Unavailable(fault) | Self::Fault(fault) => Display::fmt(fault, f),
        }
    }
}

impl StdError for Refusal {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Invalid(errors) => Some(errors),
            Self::Unavailable(fault) | Self::Fault(fault) => fault.source(),
            _ => None,
        }
    }
}

/// Body of a row of the kind `refusal`.
#[derive(Deserialize)]
struct Row {
    error: String,
    constraint: Option<String>,
    context: Option<String>,
    task: Option<Box<RawValue>>,
    recurring_task: Option<Box<RawValue>>,
    scope: Option<String>,
}

impl Refusal {
    /// A fault without another error behind it.
    pub fn fault(message: impl Into<String>) -> Self {
        Self::Fault(Fault::new(message))
    }

    /// Text of TaskFlow's own that cannot be read.
    pub fn unreadable(what: impl Into<String>, source: serde_json::Error) -> Self {
        Self::Fault(Fault::caused_by(format!("{} cannot be read", what.into()), source))
    }

    /// Invalid input: one member of it.
    pub fn invalid_member(name: &str, detail: &str) -> Self {
        Self::Invalid(wrong_member(name, detail))
    }

    /// Reads the body of a row of the kind `refusal`. `retry_after` is the time until the rate limit allows
    /// the next request.
    pub(crate) fn read(statement: &str, body: &str, retry_after: f64) -> Self {
        let row: Row = match serde_json::from_str(body) {
            Ok(row) => row,
            Err(error) => return Self::unreadable(format!("a refusal of {statement}"), error),
        };
        match row {
            Row { error, .. } if error == "not_signed_in" => Self::NotSignedIn,
            Row { error, .. } if error == "limited" => Self::RateLimited { retry_after },
            Row { error, .. } if error == "key_used" => Self::KeyReused,
            Row { scope: Some(scope), .. } => Self::Forbidden(scope),
            Row { task: Some(current), .. } => Self::Conflict { member: "task", current },
            Row { recurring_task: Some(current), .. } => Self::Conflict { member: "recurring_task", current },
            // Class of integrity constraint violations.
            Row { error, constraint: Some(name), .. } if error.starts_with("23") => Constraint::find(&name)
                .map_or_else(
                    || Self::fault(format!("{statement} violates the constraint {name}")),
                    Self::Violated,
                ),
            // Class of resources that ran out: a full disk, mostly. A retry succeeds once there is room.
            Row { error, context: Some(_), .. } if error.starts_with("53") => {
                Self::Unavailable(Fault::new(format!("{statement} failed with SQLSTATE {error}")))
            }
            Row { error, context: Some(context), .. } => {
                let place = context.lines().next().unwrap_or_default();
                Self::fault(format!("{statement} failed with SQLSTATE {error} at {place}"))
            }
            Row { error, .. } => Reason::find(&error).map_or_else(
                || Self::fault(format!("{statement} gives an unknown reason: {error}")),
                Self::Rejected,
            ),
        }
    }
}

/// Of an error from Spin only the kind is used: its message may hold personal data.
impl From<PgError> for Refusal {
    fn from(error: PgError) -> Self {
        let unavailable = |message: &str| Self::Unavailable(Fault::new(message));
        match error {
            PgError::ConnectionFailed(_) => unavailable("cannot connect to Postgres"),
            PgError::QueryFailed(QueryError::DbError(error)) => match error.code.as_str() {
                "42883" | "3F000" => Self::NotInstalled,
                // Shutting down, starting up or crashed; a statement that took too long; out of connections, of
                // disk space or of memory.
                code if matches!(code, "57P01" | "57P02" | "57P03" | "57014") || code.starts_with("53") => {
                    unavailable(&format!("Postgres responded with SQLSTATE {code}"))
                }
                code => Self::fault(format!("Postgres responded with SQLSTATE {code}")),
            },
            // Without an SQLSTATE the call got no response: mostly the connection broke.
            PgError::QueryFailed(QueryError::Text(_)) => unavailable("the call to Postgres broke off"),
            PgError::BadParameter(_) | PgError::ValueConversionFailed(_) | PgError::Other(_) => {
                Self::fault("Spin could not pass the call on to Postgres")
            }
        }
    }
}
