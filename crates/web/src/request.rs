//! Requests, as handlers see them.

use std::collections::HashMap;
use std::str::FromStr;

use domain::{Field, IdempotencyKey};
use store::{Client, Context, Identity, Issued, Principal, ReplayKey};

use crate::connection::{address, is_secure};
use crate::credentials::{Credential, bearer, credential, session_cookies};
use crate::{Problem, fingerprint, json};

/// Request, as handlers see it.
#[derive(Debug)]
pub struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// Method and path of the route, once it is found.
    pub(crate) route: Option<(&'static str, &'static str)>,
    pub(crate) correlation_id: String,
    pub(crate) traceparent: Option<String>,
    /// Number of the session cookie that is the credential, among those that the client has sent.
    pub(crate) cookie: usize,
    /// Claims of the caller's JWT, once it is verified.
    pub(crate) issued: Option<Issued>,
    /// State that replies of the database leave behind.
    pub(crate) context: Context,
}

impl Request {
    /// Value of a header, or `None` if it is no text. If it is repeated, the last one counts, but all of them
    /// for `X-Forwarded-*`.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Correlation id of the request in responses, logs and events.
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id
    }

    /// Parses the body as JSON.
    pub fn json(&self) -> Result<serde_json::Value, Problem> {
        json::value(self)
    }

    /// Parses the body as a type.
    pub fn body<T: Field>(&self) -> Result<T, Problem> {
        json::body(self)
    }

    /// Parses the query as a type.
    pub fn query<T: Field>(&self) -> Result<T, Problem> {
        json::query(self)
    }

    /// First value of a parameter of the query, for pages that ignore other parameters.
    pub fn query_parameter(&self, name: &str) -> Option<String> {
        json::query_parameter(self, name)
    }

    /// Parses the body of an HTML form as a type.
    pub fn form<T: Field>(&self) -> Result<T, Problem> {
        json::form(self)
    }

    /// Parses a parameter of the path. One that cannot be parsed names nothing, so it is not found.
    pub fn parameter<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.parameters
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| value.parse().ok())
            .ok_or_else(Problem::not_found)
    }

    /// Returns the client of the caller. The database decides whether there is such a caller.
    pub fn caller(&self) -> Result<Client<'_>, Problem> {
        let identity = match credential(self)? {
            Credential::Session(token) => Identity::Session { session: fingerprint(token) },
            Credential::Token(token) => Identity::Token { token: fingerprint(token) },
            Credential::Jwt(_) => Identity::Issued(self.issued.clone().ok_or_else(Problem::not_signed_in)?),
        };
        let principal = Principal { replay_key: self.replay_key()?, ..self.principal(identity) };
        Ok(Client::new(principal, &self.context))
    }

    /// Returns the client of an anonymous caller, whose requests are counted.
    pub fn anonymous(&self) -> Client<'_> {
        Client::new(self.principal(Identity::Anonymous {}), &self.context)
    }

    /// Returns the client of a function that Dapr calls, acting for itself or for a user.
    pub fn service(&self, service: &'static str, user: Option<String>) -> Client<'_> {
        let identity = match user {
            Some(user) => Identity::ServiceFor { service, user },
            None => Identity::Service { service },
        };
        let principal = Principal { actor: "system", address: None, ..self.principal(identity) };
        Client::new(principal, &self.context)
    }

    /// Continues with the next session cookie, as the database does not know the current one. Returns false
    /// if there is none.
    pub(crate) fn use_next_cookie(&mut self) -> bool {
        let has_next = session_cookies(self).nth(self.cookie + 1).is_some();
        if has_next {
            self.cookie += 1;
            self.context.forget_caller();
        }
        has_next
    }

    /// State that replies of the database have left behind.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// True if the client wants the headers only.
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// Body as it was received.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Rejects requests without Dapr's token. Every route that only Dapr calls checks this first.
    pub fn must_come_from_dapr(&self) -> Result<(), Problem> {
        let expected = spin_sdk::variables::get("app_api_token").unwrap_or_default();
        let given = self.header("dapr-api-token").unwrap_or_default();
        // Hashes are compared, so that the time that it takes reveals nothing of the token.
        if !expected.is_empty() && fingerprint(given) == fingerprint(&expected) {
            return Ok(());
        }
        Err(Problem::token_rejected("not that of Dapr"))
    }

    /// Rejects requests without the bearer token that a variable holds. If it is empty, nobody needs one.
    pub fn must_have_token(&self, variable: &str) -> Result<(), Problem> {
        let expected = spin_sdk::variables::get(variable).unwrap_or_default();
        let given = self.header("authorization").and_then(bearer).unwrap_or_default();
        if expected.is_empty() || fingerprint(given) == fingerprint(&expected) {
            return Ok(());
        }
        Err(Problem::operators_only())
    }

    /// True if the client uses TLS.
    pub fn is_secure(&self) -> bool {
        is_secure(self)
    }

    fn principal(&self, identity: Identity) -> Principal {
        Principal {
            correlation_id: self.correlation_id.clone(),
            traceparent: self.traceparent.clone(),
            address: address(self),
            ..Principal::new(identity, "user")
        }
    }

    /// Derives the replay key from the `Idempotency-Key` header. Responses of /api/auth are secret, so they
    /// are not kept.
    fn replay_key(&self) -> Result<Option<ReplayKey>, Problem> {
        let Some(key) = self
            .header("idempotency-key")
            .filter(|_| self.method == "POST" && !self.path.starts_with("/api/auth/"))
        else {
            return Ok(None);
        };
        if IdempotencyKey::parse(&key.into()).is_err() {
            return Err(Problem::invalid_header(
                "Idempotency-Key",
                "must be 1 to 255 visible ASCII characters, such as a UUID",
            ));
        }
        Ok(Some(replay_key(&self.path, key, &[self.query.as_bytes(), b"\n", &self.body].concat())))
    }
}

/// Derives a replay key from the route, the client's idempotency key, and the content of a request.
pub fn replay_key(route: &str, key: &str, content: &[u8]) -> ReplayKey {
    let id = fingerprint(format!("{route}\n{key}"))[..32].to_owned();
    ReplayKey { id, fingerprint: fingerprint(content) }
}
