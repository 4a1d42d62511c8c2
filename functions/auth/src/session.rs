//! A session: the token that its holder keeps, and the fingerprint of it that the database keeps.

use serde::Serialize;
use serde_json::{Value, json};
use web::{COOKIE, Problem, Request, Response};

/// A session that is about to begin.
pub struct NewSession {
    token: String,
    user_agent: Option<String>,
}

impl NewSession {
    /// With a token that nobody can guess.
    pub fn new(request: &Request) -> Self {
        let user_agent = request.header("user-agent").map(|agent| agent.chars().take(200).collect());
        Self { token: secret(), user_agent }
    }

    /// What the database may know of it.
    pub fn fingerprint(&self) -> Fingerprint<'_> {
        Fingerprint { token_hash: web::fingerprint(&self.token), user_agent: self.user_agent.as_deref() }
    }

    /// What the holder is told, from `{expires_at, user}`: in the answer for programs, and in a cookie for browsers.
    pub fn answer(&self, request: &Request, status: u16, begun: &str) -> Result<Response, Problem> {
        let response = Response::json(status, shown(&self.token, begun)?);
        Ok(response.with("set-cookie", cookie(request, &self.token, 30 * 24 * 60 * 60)))
    }
}

/// 32 bytes that nobody can guess, as text.
pub fn secret() -> String {
    web::hex(&web::random::<32>())
}

/// The session as its holder sees it, from `{expires_at, user}`.
pub fn shown(token: &str, begun: &str) -> Result<String, Problem> {
    let begun: Value =
        serde_json::from_str(begun).map_err(|error| Problem::fault(format!("a session is not JSON: {error}")))?;
    let (expires_at, user) = (&begun["expires_at"], &begun["user"]);
    Ok(json!({ "token": token, "expires_at": expires_at, "user": user }).to_string())
}

/// A cookie that scripts cannot read and that other sites cannot have sent along with a change.
pub fn cookie(request: &Request, token: &str, seconds: u32) -> String {
    let secure = if request.is_secure() { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// What the database may know of a session.
#[derive(Debug, Serialize)]
pub struct Fingerprint<'a> {
    token_hash: String,
    user_agent: Option<&'a str>,
}

/// The JSON schema of a session that has begun.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "A session that has begun",
        "properties": {
            "token": { "type": "string", "description": "To be sent as `Authorization: Bearer <token>`" },
            "expires_at": { "type": "string", "format": "date-time" },
            "user": user_schema(),
        },
        "required": ["token", "expires_at", "user"],
        "additionalProperties": false,
    })
}

/// The JSON schema of a user, as they see themselves.
pub fn user_schema() -> Value {
    json!({
        "type": "object",
        "description": "A user",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "email": { "type": "string" },
            "name": { "type": "string" },
            "guest": { "type": "boolean" },
            "admin": { "type": "boolean" },
            "timezone": { "type": "string" },
            "email_reminders": { "type": "boolean" },
        },
        "required": ["id", "guest", "admin", "timezone", "email_reminders"],
        "additionalProperties": false,
    })
}
