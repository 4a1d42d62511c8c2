//! In whose name a statement runs.

use serde::Serialize;

/// Who asks, and what their request is called in logs and events.
#[derive(Clone, Debug, Serialize)]
pub struct Principal {
    /// Who asks.
    #[serde(flatten)]
    pub who: Who,
    /// `user`, or who else acts for the user.
    pub actor: &'static str,
    /// Names the request in answers, logs and events.
    pub correlation_id: String,
    /// The trace that the request belongs to (W3C Trace Context).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
}

/// Who asks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Who {
    /// Somebody who has not said who they are.
    Nobody {},
    /// Who holds the session of that hashed token.
    Session(String),
}
