//! Problems: errors as clients see them (RFC 9457), made in this one place.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};

use domain::{Errors, FieldError, wrong, wrong_member};
use serde_json::{Value, json};
use store::{Fault, Reason, Refusal};

use crate::Response;

/// Maximum number of invalid values to report; a longer list would not help.
const MAX_ERRORS: usize = 100;

/// Maximum bytes of them. A large response to a small request would serve attackers alone.
const MAX_ERROR_BYTES: usize = 8 * 1024;

/// Error as clients see it. Boxed, as every handler can return one.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: u16,
    kind: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<Value>,
    /// Current state of a thing whose version the client did not expect, by the name of the thing.
    current: Option<(&'static str, Value)>,
    headers: Vec<(&'static str, String)>,
    /// Cause for the log.
    cause: Option<Box<dyn StdError>>,
    /// Type of a security event, and what happened.
    incident: Option<(&'static str, &'static str)>,
    /// Parameters of the `WWW-Authenticate` header (RFC 6750).
    challenge: Option<String>,
    /// Body that replaces the problem details.
    body: Option<Value>,
}

impl Problem {
    fn new(status: u16, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self(Box::new(Parts {
            status,
            kind,
            title,
            detail,
            errors: Vec::new(),
            current: None,
            headers: Vec::new(),
            cause: None,
            incident: None,
            challenge: None,
            body: None,
        }))
    }

    fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    fn with_cause(mut self, cause: impl StdError + 'static) -> Self {
        self.0.cause = Some(Box::new(cause));
        self
    }

    /// Cause, for the log only.
    pub(crate) fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref()
    }

    /// Reports a security incident: the type of the event, and what happened.
    pub fn with_incident(mut self, event: &'static str, what: &'static str) -> Self {
        self.0.incident = Some((event, what));
        self
    }

    /// Reports input that no well-behaved client sends.
    pub(crate) fn suspicious(self, what: &'static str) -> Self {
        self.with_incident("input.suspicious", what)
    }

    pub(crate) fn incident(&self) -> Option<(&'static str, &'static str)> {
        self.0.incident
    }

    /// The request cannot be parsed.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, "malformed", "The request cannot be parsed", detail)
    }

    /// The request has no credentials.
    pub fn not_signed_in() -> Self {
        Self::new(
            401,
            "not-signed-in",
            "You are not signed in",
            "Send `Authorization: Bearer <token>` with a token from /api/auth/login or /api/auth/guest.",
        )
        .with_challenge("")
    }

    /// The route is closed to all but operators.
    pub(crate) fn operators_only() -> Self {
        let detail = "Send `Authorization: Bearer <token>` with the token that the operators have set.";
        Self::new(401, "operators-only", "This is for operators", detail).with_challenge("")
    }

    /// The token is invalid or expired.
    fn invalid_token() -> Self {
        Self::not_signed_in().with_challenge(r#"error="invalid_token""#)
    }

    fn with_challenge(mut self, parameters: impl Into<String>) -> Self {
        self.0.challenge = Some(parameters.into());
        self
    }

    /// Replaces the problem details by the error of a protocol on top of HTTP.
    pub fn with_body(mut self, body: Value) -> Self {
        self.0.body = Some(body);
        self
    }

    /// Status code.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// True if the database does not know the caller's session or token.
    pub(crate) fn is_unknown_caller(&self) -> bool {
        self.0.kind == "not-signed-in"
    }

    /// Explanation for people.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Invalid values, each with its place.
    pub fn errors(&self) -> &[Value] {
        &self.0.errors
    }

    /// The token was rejected before the database was asked.
    pub(crate) fn token_rejected(reason: &'static str) -> Self {
        Self::invalid_token().with_incident("token.rejected", reason)
    }

    /// A browser sent the request from a page of another site.
    pub fn other_site() -> Self {
        Self::new(
            403,
            "other-site",
            "Requests from other sites are not allowed",
            "Browsers can only do this from TaskFlow's own pages. Programs send a token and no `Origin`.",
        )
        .with_incident("access.denied", "another site")
    }

    /// The caller lacks a permission.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(403, "forbidden", "You are not allowed to do this", detail)
    }

    /// A rate limit is exceeded. Its state is in the headers of every response.
    fn too_many(retry_after: f64) -> Self {
        Self::new(
            429,
            "too-many-requests",
            "Too many requests",
            format!("Please try again in {retry_after} seconds."),
        )
        .with_header("retry-after", format!("{retry_after}"))
    }

    /// Too many attempts to sign in have failed, maybe those of somebody else at the same network address.
    pub fn too_many_sign_ins(retry_after: f64) -> Self {
        let mut problem = Self::too_many(retry_after);
        problem.0.detail = format!(
            "Too many attempts to sign in from here have failed. Please try again in {retry_after} seconds, or set \
             a new password by a link in an e-mail: `POST /api/auth/forgot-password`."
        );
        problem
    }

    /// Other requests of the user take long, or too many are in progress already.
    fn busy() -> Self {
        Self::new(
            429,
            "busy",
            "Too many requests at once",
            "Other requests of yours are still in progress. Please try again in a second.",
        )
        .with_header("retry-after", "1")
    }

    /// As many streams are open as there may be.
    fn too_many_streams() -> Self {
        let detail = "Too many live streams are open, of this user, at this network address or in all. Close \
                      one that you do not need: the tabs of a browser can share one.";
        Self::new(429, "too-many-streams", "Too many live streams", detail).with_header("retry-after", "20")
    }

    /// A proxy has signed the request, but not with the key of TaskFlow.
    pub(crate) fn unknown_proxy() -> Self {
        let detail = "`Grip-Sig` is invalid or expired. The proxy has to sign with the key and the issuer in the \
                      variables `grip_key` and `grip_issuer`.";
        Self::new(403, "unknown-proxy", "The proxy is not known", detail)
            .with_incident("token.rejected", "not that of a proxy")
    }

    /// The client's copy is too old to continue from.
    pub fn start_again(detail: impl Into<String>) -> Self {
        Self::new(410, "start-again", "Please start over", detail)
    }

    /// The e-mail address or the password is wrong.
    pub fn wrong_credentials() -> Self {
        Self::new(
            401,
            "wrong-credentials",
            "Wrong e-mail address or password",
            "There is no account with this e-mail address and password.",
        )
        .with_challenge("")
    }

    /// The thing does not exist, or belongs to another user.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "Not found", "It does not exist, or belongs to another user.")
    }

    /// The path exists, but not with this method.
    pub fn method_not_allowed(allowed: String) -> Self {
        Self::new(405, "method-not-allowed", "Method not allowed", format!("Use {allowed}."))
            .with_header("allow", allowed.clone())
    }

    /// A value that must be unique is taken.
    pub fn already_taken(detail: impl Into<String>) -> Self {
        Self::new(409, "conflict", "Already taken", detail)
    }

    /// The version is not one that the client expects. The problem shows the current state under that name.
    fn changed(name: &'static str, current: &str) -> Self {
        let detail = format!(
            "`{name}` has its current state. Apply your change to that, with its `version` as If-Match."
        );
        let mut problem = Self::new(412, "changed-meanwhile", "It was changed in the meantime", detail);
        problem.0.current = Some((name, serde_json::from_str(current).unwrap_or_default()));
        problem
    }

    /// Not possible in the current state.
    pub fn invalid_state(detail: impl Into<String>) -> Self {
        Self::new(409, "not-now", "Not possible in the current state", detail)
    }

    /// The body is larger than the limit.
    pub fn too_large() -> Self {
        Self::new(413, "too-large", "The body is too large", "Send at most 1 MiB.")
    }

    /// The path with its query is longer than the limit.
    pub fn target_too_long() -> Self {
        Self::new(414, "target-too-long", "The URL is too long", "Send at most 8 KiB of path and query.")
    }

    /// The body is not JSON.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            415,
            "unsupported-media-type",
            "The body is not JSON",
            "Send JSON with `Content-Type: application/json`.",
        )
    }

    /// The body is not a form.
    pub(crate) fn not_a_form() -> Self {
        let detail = "Send a form with `Content-Type: application/x-www-form-urlencoded`.";
        Self::new(415, "unsupported-media-type", "The body is not a form", detail)
    }

    /// The body is encoded in a way that is not decoded.
    pub(crate) fn unsupported_encoding() -> Self {
        let detail = "Send the body as it is, without `Content-Encoding`.";
        Self::new(415, "unsupported-media-type", "The body is encoded", detail)
            .with_header("accept-encoding", "identity")
    }

    /// Members of the body are invalid.
    pub fn invalid_body(errors: Errors) -> Self {
        Self::invalid(
            "The body",
            errors,
            |FieldError { pointer, detail }| json!({ "pointer": pointer, "detail": detail }),
        )
    }

    /// Parameters of the query are invalid.
    pub fn invalid_query(errors: Errors) -> Self {
        Self::invalid("The query", errors, describe_parameter)
    }

    /// A parameter of the path is not UTF-8.
    pub(crate) fn invalid_path(parameter: &str) -> Self {
        Self::invalid("The path", wrong_member(parameter, "must be UTF-8"), describe_parameter)
    }

    /// The problem of a refusal whose input was the query.
    pub fn of_query(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(errors) => Self::invalid_query(errors),
            other => other.into(),
        }
    }

    /// A header is invalid.
    pub fn invalid_header(name: &'static str, detail: &'static str) -> Self {
        Self::invalid("A header", wrong(detail), |error| json!({ "header": name, "detail": error.detail }))
    }

    fn invalid(what: &str, errors: Errors, describe: impl Fn(FieldError) -> Value) -> Self {
        let detail = format!("{what} has invalid values. `errors` lists them.");
        let mut problem = Self::new(422, "invalid", "Some values are not valid", detail);
        let mut bytes = 0;
        let fits = |error: &FieldError| {
            bytes += error.pointer.len() + error.detail.len();
            bytes <= MAX_ERROR_BYTES
        };
        problem.0.errors = errors.into_iter().take(MAX_ERRORS).take_while(fits).map(describe).collect();
        problem
    }

    /// Something that is needed cannot be reached.
    pub fn unavailable(cause: impl StdError + 'static) -> Self {
        Self::new(503, "unavailable", "TaskFlow is temporarily unavailable", "Please try again in a moment.")
            .with_header("retry-after", "2")
            .with_cause(cause)
    }

    /// As much costly work is in progress as there may be.
    pub fn overloaded() -> Self {
        let detail = "Many people are signing in. Please try again in a moment.";
        Self::new(503, "overloaded", "TaskFlow is busy", detail).with_header("retry-after", "2")
    }

    /// A fault of TaskFlow.
    pub fn fault(message: impl Into<String>) -> Self {
        Self::caused_by(Fault::new(message))
    }

    /// A fault of TaskFlow with an error as its cause.
    pub fn caused_by(cause: impl StdError + 'static) -> Self {
        Self::new(
            500,
            "fault",
            "Something went wrong on our side",
            "We logged it under this `correlation_id`.",
        )
        .with_cause(cause)
    }

    pub(crate) fn into_response(self, correlation_id: &str) -> Response {
        let parts = *self.0;
        let mut body = json!({
            "type": format!("urn:taskflow:problem:{}", parts.kind),
            "title": parts.title,
            "status": parts.status,
            "detail": parts.detail,
            "correlation_id": correlation_id,
        });
        if !parts.errors.is_empty() {
            body["errors"] = parts.errors.into();
        }
        if let Some((name, current)) = parts.current {
            body[name] = current;
        }
        let mut response = match parts.body {
            Some(body) => Response::json(parts.status, body.to_string()),
            None => Response::json(parts.status, body.to_string())
                .with("content-type", "application/problem+json"),
        };
        if let Some(parameters) = parts.challenge {
            // Only functions that accept tokens of OAuth have this variable.
            let metadata = spin_sdk::variables::get("resource_metadata").ok();
            let metadata = metadata.map(|url| format!(r#"resource_metadata="{url}""#));
            let all: Vec<String> =
                metadata.into_iter().chain(Some(parameters)).filter(|one| !one.is_empty()).collect();
            response = response.with("www-authenticate", format!("Bearer {}", all.join(", ")).trim_end());
        }
        parts.headers.into_iter().fold(response, |response, (name, value)| response.with(name, value))
    }

    /// Returns the JSON schema of a problem.
    pub fn schema() -> Value {
        json!({
            "type": "object",
            "description": "Error details (RFC 9457)",
            "properties": {
                "type": { "type": "string" },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "detail": { "type": "string" },
                "correlation_id": { "type": "string" },
                "task": { "type": "object", "description": "Current state of the task, if its version is not the expected one" },
                "recurring_task": { "type": "object", "description": "Current state of the series, if its version is not the expected one" },
                "errors": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "pointer": { "type": "string" },
                            "parameter": { "type": "string" },
                            "header": { "type": "string" },
                            "detail": { "type": "string" },
                        },
                        "required": ["detail"],
                    },
                },
            },
            "required": ["type", "title", "status", "detail", "correlation_id"],
        })
    }
}

fn describe_parameter(FieldError { pointer, detail }: FieldError) -> Value {
    json!({ "parameter": pointer.trim_start_matches('/'), "detail": detail })
}

impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.title, self.0.status)
    }
}

impl StdError for Problem {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotSignedIn => Self::invalid_token(),
            Refusal::NotFound => Self::not_found(),
            Refusal::Invalid(errors) => Self::invalid_body(errors),
            Refusal::InvalidState(detail) => Self::invalid_state(detail),
            Refusal::Conflict { member, current } => Self::changed(member, current.get()),
            Refusal::RateLimited { retry_after } => Self::too_many(retry_after),
            // Stale data changes faster than it can be read and written.
            Refusal::Rejected(Reason::Busy | Reason::Stale) => Self::busy(),
            Refusal::Rejected(Reason::TooManyStreams) => Self::too_many_streams(),
            Refusal::Forbidden(scope) if scope == "account" => {
                Self::forbidden("This token cannot manage the account. Sign in instead.")
            }
            Refusal::Forbidden(scope) => Self::forbidden(format!("The token lacks the scope `{scope}`."))
                .with_challenge(format!(r#"error="insufficient_scope", scope="{scope}""#)),
            Refusal::KeyReused => {
                Self::invalid_header("Idempotency-Key", "was used for another request: use a new one")
            }
            Refusal::Rejected(Reason::IdTaken) => Self::already_taken(
                "An `id` in the body is in use, or was used with another body. Choose a new one.",
            ),
            Refusal::Unavailable(_) | Refusal::NotInstalled => Self::unavailable(refusal),
            Refusal::Violated(_) | Refusal::Rejected(_) | Refusal::Fault(_) => Self::caused_by(refusal),
        }
    }
}
