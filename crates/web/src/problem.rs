//! Errors as clients see them: problem details (RFC 9457), made in this one place.

use domain::{Errors, FieldError};
use serde_json::{Value, json};
use store::Refusal;

use crate::Response;

/// Why a request was not answered as it was meant. Boxed, since every handler can return one.
#[derive(Debug)]
pub struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: u16,
    kind: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<Value>,
    /// What something is now that somebody else was faster at, by the name of what it is.
    now: Option<(&'static str, Value)>,
    headers: Vec<(&'static str, String)>,
    cause: Option<String>,
    noteworthy: Option<(&'static str, &'static str)>,
    /// Why the caller has to say anew who they are, in the words of OAuth 2.0 (RFC 6750).
    challenge: Option<String>,
    /// What is answered in place of the problem details.
    instead: Option<Value>,
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
            now: None,
            headers: Vec::new(),
            cause: None,
            noteworthy: None,
            challenge: None,
            instead: None,
        }))
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// What the log is told and the client is not.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// It concerns safety: the type of the event that tells of it, and what there is to say.
    pub fn noteworthy(mut self, event: &'static str, what: &'static str) -> Self {
        self.0.noteworthy = Some((event, what));
        self
    }

    /// No honest client sends this.
    pub(crate) fn suspicious(self, what: &'static str) -> Self {
        self.noteworthy("input.suspicious", what)
    }

    pub(crate) fn event(&self) -> Option<(&'static str, &'static str)> {
        self.0.noteworthy
    }

    /// The input cannot be read at all.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, "malformed", "The request cannot be read", detail)
    }

    /// Nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(
            401,
            "not-signed-in",
            "You are not signed in",
            "Send `Authorization: Bearer <token>` with a token from /api/auth/login or /api/auth/guest.",
        )
        .challenge("")
    }

    /// The token is none, or no longer.
    fn not_known() -> Self {
        Self::not_signed_in().challenge(r#"error="invalid_token""#)
    }

    fn challenge(mut self, parameters: impl Into<String>) -> Self {
        self.0.challenge = Some(parameters.into());
        self
    }

    /// The same, but this JSON is answered: a protocol above HTTP has words of its own.
    pub fn instead(mut self, body: Value) -> Self {
        self.0.instead = Some(body);
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// What happened and what to do, in a sentence or two.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What is wrong, each with its place.
    pub fn errors(&self) -> &[Value] {
        &self.0.errors
    }

    /// The token was refused before the database was asked.
    pub(crate) fn token_rejected(why: &'static str) -> Self {
        Self::not_known().noteworthy("token.rejected", why)
    }

    /// Another site has a browser send this.
    pub fn other_site() -> Self {
        Self::new(
            403,
            "other-site",
            "This comes from another site",
            "From a browser, this is only taken from TaskFlow's own pages; programs send a token, and no `Origin`.",
        )
        .noteworthy("access.denied", "another site")
    }

    /// The caller may not do that.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(403, "forbidden", "You may not do that", detail)
    }

    /// There were too many requests. What is told of limits is added to every answer.
    pub fn too_many() -> Self {
        let wait = store::quota().map_or(1.0, |quota| quota.reset.max(1.0));
        Self::new(429, "too-many-requests", "Too many requests", format!("Please try again in {wait} seconds."))
            .header("retry-after", format!("{wait}"))
    }

    /// What the client knows is too old to go on from.
    pub fn start_again(detail: impl Into<String>) -> Self {
        Self::new(410, "start-again", "Please start again", detail)
    }

    /// Some values are wrong in a way that only the database could tell.
    pub fn invalid_member(pointer: &str, detail: &str) -> Self {
        Self::invalid_body(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// The e-mail address and the password do not belong together.
    pub fn wrong_credentials() -> Self {
        Self::new(
            401,
            "wrong-credentials",
            "That did not match",
            "There is no account with this e-mail address and password.",
        )
        .challenge("")
    }

    /// There is no such thing, or it is somebody else's.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "Not found", "There is nothing here, or it is not yours.")
    }

    /// The path is known, but not with this method.
    pub fn method_not_allowed(allowed: String) -> Self {
        Self::new(405, "method-not-allowed", "This method does not work here", format!("Use {allowed}."))
            .header("allow", allowed.clone())
    }

    /// Something else already has what must be unique.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(409, "conflict", "That is taken", detail)
    }

    /// It was changed by somebody else, who was faster. The name is what `now`, as JSON, is shown under.
    pub fn changed(name: &'static str, now: &str) -> Self {
        let detail = format!("`{name}` shows what it is now; change that, with its `version` as If-Match.");
        let mut problem = Self::new(412, "changed-meanwhile", "It was changed meanwhile", detail);
        problem.0.now = Some((name, serde_json::from_str(now).unwrap_or_default()));
        problem
    }

    /// What it is about is in no state for that.
    pub fn not_now(detail: impl Into<String>) -> Self {
        Self::new(409, "not-now", "That does not go now", detail)
    }

    /// The body is larger than is taken.
    pub fn too_large() -> Self {
        Self::new(413, "too-large", "The body is too large", "Send at most 1 MiB.")
    }

    /// The path with its query is longer than is taken.
    pub fn target_too_long() -> Self {
        Self::new(414, "target-too-long", "The address is too long", "Send at most 8 KiB of path and query.")
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

    /// Members of the body are wrong.
    pub fn invalid_body(errors: Errors) -> Self {
        Self::invalid(
            "The body",
            errors,
            |FieldError { pointer, detail }| json!({ "pointer": pointer, "detail": detail }),
        )
    }

    /// Parameters of the query are wrong.
    pub fn invalid_query(errors: Errors) -> Self {
        let parameter = |FieldError { pointer, detail }: FieldError| json!({ "parameter": pointer.trim_start_matches('/'), "detail": detail });
        Self::invalid("The query", errors, parameter)
    }

    /// What could not be done, where what it was asked stood in the query.
    pub fn of_query(problem: actions::Problem) -> Self {
        match problem {
            actions::Problem::Invalid(errors) => Self::invalid_query(errors),
            other => other.into(),
        }
    }

    /// A header is wrong.
    pub fn invalid_header(name: &'static str, detail: &'static str) -> Self {
        let error = FieldError { pointer: name.into(), detail: detail.into() };
        Self::invalid("A header", vec![error], |error| json!({ "header": name, "detail": error.detail }))
    }

    fn invalid(what: &str, errors: Errors, tell: impl Fn(FieldError) -> Value) -> Self {
        let detail = format!("{what} has values that cannot be used; `errors` names each of them.");
        let mut problem = Self::new(422, "invalid", "Some values are not valid", detail);
        // Who has so many wrong has sent something else altogether.
        problem.0.errors = errors.into_iter().take(100).map(tell).collect();
        problem
    }

    /// Something that is needed is away.
    pub fn unavailable(cause: impl Into<String>) -> Self {
        Self::new(503, "unavailable", "TaskFlow cannot answer just now", "Please try again in a moment.")
            .header("retry-after", "2")
            .because(cause)
    }

    /// A fault of ours.
    pub fn fault(cause: impl Into<String>) -> Self {
        Self::new(500, "fault", "Something went wrong on our side", "It was logged under this `correlation_id`.")
            .because(cause)
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
        if let Some((name, now)) = parts.now {
            body[name] = now;
        }
        let mut response = match parts.instead {
            Some(body) => Response::json(parts.status, body.to_string()),
            None => Response::json(parts.status, body.to_string()).with("content-type", "application/problem+json"),
        };
        if let Some(parameters) = parts.challenge {
            // Only where tokens of OAuth lead is said where they come from.
            let metadata = spin_sdk::variables::get("resource_metadata").ok();
            let metadata = metadata.map(|url| format!(r#"resource_metadata="{url}""#));
            let all: Vec<String> = metadata.into_iter().chain(Some(parameters)).filter(|one| !one.is_empty()).collect();
            response = response.with("www-authenticate", format!("Bearer {}", all.join(", ")).trim_end());
        }
        parts.headers.into_iter().fold(response, |response, (name, value)| response.with(name, value))
    }

    /// The JSON schema of a problem.
    pub fn schema() -> Value {
        json!({
            "type": "object",
            "description": "Why a request was not answered as it was meant (RFC 9457)",
            "properties": {
                "type": { "type": "string" },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "detail": { "type": "string" },
                "correlation_id": { "type": "string" },
                "task": { "type": "object", "description": "What the task is now, where somebody else was faster" },
                "recurring_task": { "type": "object", "description": "The same of a series" },
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

impl From<actions::Problem> for Problem {
    fn from(problem: actions::Problem) -> Self {
        match problem {
            actions::Problem::Invalid(errors) => Self::invalid_body(errors),
            actions::Problem::NotNow(instead) => Self::not_now(instead),
            actions::Problem::Changed(now) => Self::changed("recurring_task", &now),
            actions::Problem::TooFast => Self::unavailable("a series changes faster than it can be changed"),
            actions::Problem::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotSignedIn => Self::not_known(),
            Refusal::NotFound => Self::not_found(),
            Refusal::Conflict(task) => Self::changed("task", task.get()),
            Refusal::Away(cause) => Self::unavailable(cause),
            Refusal::NotInstalled => {
                Self::unavailable("the statements of this release are not installed: run `cargo dev migrate up`")
            }
            Refusal::Limited => Self::too_many(),
            Refusal::Forbidden(scope) if scope == "account" => {
                Self::forbidden("A personal access token cannot do this: sign in.")
            }
            Refusal::Forbidden(scope) => Self::forbidden(format!("The token lacks the scope `{scope}`."))
                .challenge(format!(r#"error="insufficient_scope", scope="{scope}""#)),
            Refusal::KeyUsed => Self::invalid_header("Idempotency-Key", "was used for another request: use a new one"),
            Refusal::Constraint(name) => Self::fault(format!("nobody expected the constraint {name} to be violated")),
            Refusal::Said(reason) => Self::fault(format!("nobody expected the refusal {reason}")),
            Refusal::Fault(cause) => Self::fault(cause),
        }
    }
}
