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
    /// What that calls itself, where it is an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// The scope that the caller must have, where that is another one than the statement asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'static str>,
    /// Whether [`zone`](crate::zone) is to tell where the caller lives.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub zoned: bool,
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

impl Principal {
    /// Somebody of whom nothing else is known.
    pub fn new(who: Who, actor: &'static str) -> Self {
        Self {
            who,
            actor,
            actor_name: None,
            needs: None,
            zoned: false,
            correlation_id: String::new(),
            traceparent: None,
            address: None,
            again: None,
        }
    }
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
    /// What they may do; everything, where the issuer does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
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
