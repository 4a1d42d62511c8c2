//! A request as handlers see it.

use std::collections::HashMap;
use std::str::FromStr;

use domain::{Field, IdempotencyKey};
use store::{Again, Issued, Principal, Who};

use crate::caller::{Credential, address, credential, is_secure};
use crate::{Problem, fingerprint, json};

/// A request as handlers see it.
#[derive(Debug)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) parameters: Vec<(&'static str, String)>,
    pub(crate) correlation_id: String,
    pub(crate) traceparent: Option<String>,
    /// What an issuer says of the caller, when it was asked.
    pub(crate) issued: Option<Issued>,
}

impl Request {
    /// A header's value; `None` also where it is not text. Of one that comes several times, the last.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// What the request is called in answers, logs and events.
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id
    }

    /// The body as JSON of whatever kind.
    pub fn json(&self) -> Result<serde_json::Value, Problem> {
        json::value(self)
    }

    /// The body as a type.
    pub fn body<T: Field>(&self) -> Result<T, Problem> {
        json::body(self)
    }

    /// The query as a type.
    pub fn query<T: Field>(&self) -> Result<T, Problem> {
        json::query(self)
    }

    /// A parameter of the path. What cannot be one names nothing, so it is not found.
    pub fn parameter<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.parameters
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| value.parse().ok())
            .ok_or_else(Problem::not_found)
    }

    /// Who calls, as far as the request says. Whether that is anybody, the database says.
    pub fn caller(&self) -> Result<Principal, Problem> {
        let who = match credential(self)? {
            Credential::Session(token) => Who::Session { session: fingerprint(token) },
            Credential::Token(token) => Who::Token { token: fingerprint(token) },
            Credential::Jwt(_) => Who::Issued(self.issued.clone().ok_or_else(Problem::not_signed_in)?),
        };
        Ok(Principal { again: self.again()?, ..self.principal(who) })
    }

    /// Somebody who does not have to say who they are, but whose requests are counted.
    pub fn anybody(&self) -> Principal {
        self.principal(Who::Nobody {})
    }

    /// A service that only Dapr calls: for itself, or for a user.
    pub fn service(&self, service: &'static str, user: Option<String>) -> Principal {
        let who = match user {
            Some(user) => Who::ServiceFor { service, user },
            None => Who::Service { service },
        };
        Principal { actor: "system", address: None, ..self.principal(who) }
    }

    /// The body as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Refuses whom Dapr has not given its token: what only Dapr calls is nobody else's business.
    pub fn must_come_from_dapr(&self) -> Result<(), Problem> {
        let expected = spin_sdk::variables::get("app_api_token").unwrap_or_default();
        let given = self.header("dapr-api-token").unwrap_or_default();
        // Hashes are compared, so that the time it takes tells nothing of the token.
        if !expected.is_empty() && fingerprint(given) == fingerprint(&expected) {
            return Ok(());
        }
        Err(Problem::token_rejected("not that of Dapr"))
    }

    /// Whether the client talks to us through TLS.
    pub fn is_secure(&self) -> bool {
        is_secure(self)
    }

    /// The session's token itself, where it is a session.
    pub fn session_token(&self) -> Option<&str> {
        match credential(self) {
            Ok(Credential::Session(token)) => Some(token),
            _ => None,
        }
    }

    fn principal(&self, who: Who) -> Principal {
        Principal {
            correlation_id: self.correlation_id.clone(),
            traceparent: self.traceparent.clone(),
            address: address(self),
            ..Principal::new(who, "user")
        }
    }

    /// What the request is known by if it comes again. What /api/auth answers is secret, so it is not kept.
    fn again(&self) -> Result<Option<Again>, Problem> {
        let Some(key) =
            self.header("idempotency-key").filter(|_| self.method == "POST" && !self.path.starts_with("/api/auth/"))
        else {
            return Ok(None);
        };
        if IdempotencyKey::parse(&key.into()).is_err() {
            return Err(Problem::invalid_header(
                "Idempotency-Key",
                "must be 1 to 255 visible ASCII characters, such as a UUID",
            ));
        }
        Ok(Some(again(&self.path, key, &[self.query.as_bytes(), b"\n", &self.body].concat())))
    }
}

/// What a request is known by if it comes again: where it goes and the key it has. And what it asks for.
pub fn again(place: &str, key: &str, asked: &[u8]) -> Again {
    let id = fingerprint(format!("{place}\n{key}"))[..32].to_owned();
    Again { id, fingerprint: fingerprint(asked) }
}
