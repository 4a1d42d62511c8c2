//! Errors with the texts of Spin 3.6, whose older driver appends the cause to the text of every error.

use std::error::Error as StdError;

use tokio_postgres::error::DbError;

use crate::bindings::spin::postgres::postgres::{self as wit, Error, QueryError};

/// Returns the text of an error, with its cause.
pub fn error_text(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Returns the text of an error of the driver with all of its causes.
pub fn error_chain(error: &tokio_postgres::Error) -> String {
    with_causes(error_text(error), error.source())
}

/// Appends causes to a text, in the layout of `anyhow`.
pub fn with_causes(mut text: String, mut next: Option<&(dyn StdError + 'static)>) -> String {
    let mut causes = Vec::new();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    text.push_str(if causes.is_empty() { "" } else { "\n\nCaused by:" });
    for (number, cause) in causes.iter().enumerate() {
        let first = if causes.len() == 1 { "    ".to_owned() } else { format!("{number:>5}: ") };
        let line_break = format!("\n{}", " ".repeat(first.len()));
        text.push_str(&format!("\n{first}{}", cause.replace('\n', &line_break)));
    }
    text
}

/// Converts an error of preparing, binding or `execute`. An error of the server keeps its fields.
pub fn query_error(error: tokio_postgres::Error) -> Error {
    let as_text = format!("{error:?}");
    Error::QueryFailed(match error.as_db_error() {
        None => QueryError::Text(as_text),
        Some(db) => QueryError::DbError(wit::DbError {
            as_text,
            severity: db.severity().to_owned(),
            code: db.code().code().to_owned(),
            message: db.message().to_owned(),
            detail: db.detail().map(str::to_owned),
            extras: extras(db),
        }),
    })
}

fn extras(error: &DbError) -> Vec<(String, String)> {
    let line = error.line().map(|line| line.to_string());
    [
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("routine", error.routine()),
        ("hint", error.hint()),
        ("table", error.table()),
        ("datatype", error.datatype()),
        ("schema", error.schema()),
        ("file", error.file()),
        ("line", line.as_deref()),
        ("where_", error.where_()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
    .collect()
}
