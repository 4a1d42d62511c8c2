//! Principals: what a request tells the database about itself.

use serde::{Deserialize, Serialize};

/// Identity, actor and origin of a request.
#[derive(Clone, Debug, Serialize)]
pub struct Principal {
    /// Identity of the caller.
    #[serde(flatten)]
    pub identity: Identity,
    /// Actor of the changes: `user`, `agent` or `system`.
    pub actor: &'static str,
    /// Name of an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// Scope that the caller must have, if it differs from that of the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Scope>,
    /// True if the reply has to include the caller's time zone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub zoned: bool,
    /// Correlation id of the request in responses, logs and events.
    pub correlation_id: String,
    /// Trace that the request belongs to (W3C Trace Context).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Network address whose requests are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Key under which the answer is kept for a replay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_key: Option<ReplayKey>,
}

impl Principal {
    /// A principal with nothing but an identity.
    pub fn new(identity: Identity, actor: &'static str) -> Self {
        Self {
            identity,
            actor,
            actor_name: None,
            needs: None,
            zoned: false,
            correlation_id: String::new(),
            traceparent: None,
            address: None,
            replay_key: None,
        }
    }
}

/// Permission of a token. A session has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Reads the user's data.
    Read,
    /// Changes the user's data.
    Write,
    /// Manages the account, its sessions and its personal access tokens.
    Account,
}

/// Proof of identity that the database looks the caller up by.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Identity {
    /// No identity: the request is open to everyone.
    Anonymous {},
    /// Holder of a session.
    Session {
        /// Hash of the session's token.
        session: String,
    },
    /// Holder of a personal access token.
    Token {
        /// Hash of the token.
        token: String,
    },
    /// User of an issuer, by the claims of a verified JWT.
    Issued(Issued),
    /// Service that acts for itself.
    Service {
        /// Name of the service.
        service: &'static str,
    },
    /// Service that acts for a user.
    ServiceFor {
        /// Name of the service.
        service: &'static str,
        /// Id of the user.
        user: String,
    },
}

/// Claims of a verified JWT.
#[derive(Clone, Debug, Serialize)]
pub struct Issued {
    /// Issuer of the token.
    pub issuer: String,
    /// `sub` of the token.
    pub subject: String,
    /// E-mail address, if the issuer has verified it.
    pub email: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// True for an administrator, `None` if the issuer does not decide that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<bool>,
    /// Scopes of the token.
    pub scopes: Vec<Scope>,
    /// End of the token, in seconds since 1970.
    pub expires_at: Option<f64>,
    /// Id of the user that is created for a new `sub`.
    pub new_id: String,
}

/// Key under which the answer to a request is kept, derived from the client's idempotency key.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayKey {
    /// Hash of route and idempotency key, as a UUID: short to keep and quick to find.
    pub id: String,
    /// Hash of the request, so that the key is not accepted for another one.
    pub fingerprint: String,
}
