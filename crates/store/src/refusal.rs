//! Why a statement did not do what it was asked.

use serde::Deserialize;
use serde_json::value::RawValue;
use spin_sdk::pg4::{PgError, QueryError};

/// Why a statement did not do what it was asked.
#[derive(Debug)]
pub enum Refusal {
    /// The caller is unknown, or is no longer signed in.
    NotSignedIn,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// Somebody changed it first; it now looks like this.
    Conflict(Box<RawValue>),
    /// There were too many requests; `quota` says of which kind.
    Limited,
    /// The caller's token lacks that scope.
    Forbidden(String),
    /// The idempotency key was used for another request.
    KeyUsed,
    /// A rule of the tables forbids it: the name of the constraint.
    Constraint(String),
    /// The body said no, in one word.
    Said(String),
    /// The database cannot be reached. The text is for the log.
    Away(String),
    /// The database does not have the statements of this release.
    NotInstalled,
    /// A fault of ours. The text is for the log and holds nothing that people wrote.
    Fault(String),
}

#[derive(Deserialize)]
struct Row {
    error: String,
    constraint: Option<String>,
    place: Option<String>,
    task: Option<Box<RawValue>>,
    scope: Option<String>,
}

impl Refusal {
    /// A fault of ours, told to the log.
    pub fn fault(cause: impl Into<String>) -> Self {
        Self::Fault(cause.into())
    }

    /// The refusal that a body's frame returned as a row.
    pub(crate) fn from_row(statement: &str, row: &str) -> Self {
        match serde_json::from_str::<Row>(row) {
            Ok(Row { error, .. }) if error == "not_signed_in" => Self::NotSignedIn,
            Ok(Row { error, .. }) if error == "limited" => Self::Limited,
            Ok(Row { error, .. }) if error == "key_used" => Self::KeyUsed,
            Ok(Row { scope: Some(scope), .. }) => Self::Forbidden(scope),
            Ok(Row { task: Some(task), .. }) => Self::Conflict(task),
            // The class of integrity constraint violations.
            Ok(Row { error, constraint: Some(name), .. }) if error.starts_with("23") => Self::Constraint(name),
            Ok(Row { error, place: None, .. }) => Self::Said(error),
            Ok(Row { error, place: Some(place), .. }) => {
                Self::fault(format!("{statement} failed with SQLSTATE {error} at {}", first_line(&place)))
            }
            Err(error) => Self::fault(format!("{statement} returned a refusal that cannot be read: {error}")),
        }
    }

    /// What Spin says of a failed call. Only the kind of it is used: the prose may hold personal data.
    pub(crate) fn from_database(error: PgError) -> Self {
        match error {
            PgError::ConnectionFailed(_) => Self::Away("cannot connect to Postgres".into()),
            PgError::QueryFailed(QueryError::DbError(error)) => match error.code.as_str() {
                "42883" | "3F000" => Self::NotInstalled,
                // Shutting down, starting up, crashed, or out of connections; a statement that took too long.
                code @ ("57P01" | "57P02" | "57P03" | "53300" | "57014") => {
                    Self::Away(format!("Postgres answered with SQLSTATE {code}"))
                }
                code => Self::fault(format!("Postgres answered with SQLSTATE {code}")),
            },
            // Without an SQLSTATE the call did not get an answer: mostly the connection broke under it.
            PgError::QueryFailed(QueryError::Text(_)) => Self::Away("the call to Postgres broke off".into()),
            PgError::BadParameter(_) | PgError::ValueConversionFailed(_) | PgError::Other(_) => {
                Self::fault("Spin could not pass the call on to Postgres")
            }
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
