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
    /// The network address whose requests are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What the request is known by if it comes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
}

/// Who asks.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Who {
    /// Somebody who has not said who they are.
    Nobody {},
    /// Who holds the session of that hashed token.
    Session {
        /// The hash.
        session: String,
    },
    /// Who holds that hashed personal access token.
    Token {
        /// The hash.
        token: String,
    },
    /// Who an issuer says they are; its signature was checked.
    Issued(Issued),
    /// A service that acts for itself.
    Service {
        /// Its name.
        service: &'static str,
    },
    /// A service that acts for a user.
    ServiceFor {
        /// Its name.
        service: &'static str,
        /// The user.
        user: String,
    },
}

/// What an issuer says of somebody.
#[derive(Clone, Debug, Serialize)]
pub struct Issued {
    /// Who says it.
    pub issuer: String,
    /// What the issuer knows them by.
    pub subject: String,
    /// Their address, if the issuer has checked it.
    pub email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Whether they are an administrator, where the issuer decides that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<bool>,
    /// The id that they get if they are new.
    pub new_id: String,
}

/// What a request is known by if it comes again: its `Idempotency-Key`.
#[derive(Clone, Debug, Serialize)]
pub struct Again {
    /// A hash of its route and of what the client named it, in the form of a UUID: short to keep and quick to find.
    pub id: String,
    /// A hash of what it asks for.
    pub fingerprint: String,
}
