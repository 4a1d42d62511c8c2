//! The one door to Postgres: a statement, JSON in, rows of JSON text out.
//!
//! Every call is one round trip to one function in the database, which is a transaction of its own.
//! Nothing is mapped from types of Postgres, and nothing is kept between calls.

mod delivery;
mod duty;
mod frame;
mod principal;
mod quota;
mod refusal;
mod zone;

pub use delivery::{Delivery, take};
pub use duty::{Duty, duties};
pub use frame::{Framed, checksum, frame, hash, installed_name};
pub use principal::{Again, Issued, Principal, Who};
pub use quota::{Quota, quota};
pub use refusal::Refusal;
pub use zone::zone;

use serde::Serialize;
use spin_sdk::pg4::{Connection, DbValue, ParameterValue};
use spin_sdk::variables;

/// The release that this component was built from: a hash over all bodies, given by `cargo dev build`.
pub const RELEASE: Option<&str> = option_env!("TASKFLOW_RELEASE");

/// A body as a component knows it: by name.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    stem: &'static str,
    hash: u64,
}

impl Statement {
    /// Used by [`statement!`].
    pub const fn new(path: &'static str, body: &'static str) -> Self {
        let mut folders = path.len();
        while folders > 0 && path.as_bytes()[folders - 1] != b'/' {
            folders -= 1;
        }
        let (_, file) = path.split_at(folders);
        let (stem, ending) = file.split_at(file.len() - ".sql".len());
        assert!(matches!(ending.as_bytes(), b".sql"), "a statement is a .sql file");
        Self { stem, hash: hash(body) }
    }
}

/// The statement in the `.sql` file beside the caller.
#[macro_export]
macro_rules! statement {
    ($file:literal) => {
        const { $crate::Statement::new($file, include_str!($file)) }
    };
}

/// Calls the body and returns its rows, each the text of one JSON value.
pub fn run(statement: Statement, principal: &Principal, input: &impl Serialize) -> Result<Vec<String>, Refusal> {
    let url = variables::get("db_url").map_err(|error| Refusal::fault(format!("variable db_url: {error}")))?;
    let connection = Connection::open(&url).map_err(Refusal::from_database)?;
    let call = format!("select bodies.{}($1, $2)", installed_name(statement.stem, statement.hash));
    let mut rows = connection
        .query(&call, &[json(principal)?, json(input)?])
        .map_err(Refusal::from_database)?
        .rows
        .into_iter()
        .map(|row| match row.into_iter().next() {
            Some(DbValue::Str(text)) => Ok(text),
            _ => Err(Refusal::fault(format!("{} returned something else than text", statement.stem))),
        })
        .collect::<Result<Vec<_>, _>>()?;
    if rows.first().is_some_and(|row| quota::note(row)) {
        rows.remove(0);
    }
    if rows.first().is_some_and(|row| zone::note(row)) {
        rows.remove(0);
    }
    if rows.last().is_some_and(|row| duty::note(row)) {
        rows.pop();
    }
    // A body may have returned rows before it failed, so a refusal is the last one.
    match rows.last().filter(|row| row.starts_with(r#"{"error""#)) {
        Some(refusal) => Err(Refusal::from_row(statement.stem, refusal)),
        None => Ok(rows),
    }
}

/// Calls the body and returns its only row; a body without one found nothing.
pub fn one(statement: Statement, principal: &Principal, input: &impl Serialize) -> Result<String, Refusal> {
    run(statement, principal, input)?.pop().ok_or(Refusal::NotFound)
}

fn json(value: &impl Serialize) -> Result<ParameterValue, Refusal> {
    serde_json::to_vec(value)
        .map(ParameterValue::Jsonb)
        .map_err(|error| Refusal::fault(format!("cannot write JSON: {error}")))
}
