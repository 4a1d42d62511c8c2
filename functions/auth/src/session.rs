//! Sessions: the client keeps a token, the database its hash.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Refusal;
use web::{Problem, Request, Response, session_cookie};

/// New session, before it is stored.
pub struct NewSession {
    token: String,
    user_agent: Option<String>,
}

impl NewSession {
    /// Makes a session with a random token.
    pub fn new(request: &Request) -> Self {
        let user_agent = request.header("user-agent").map(|agent| agent.chars().take(200).collect());
        Self { token: secret(), user_agent }
    }

    /// Returns the parts of the session that the database stores.
    pub fn fingerprint(&self) -> Fingerprint<'_> {
        Fingerprint { token_hash: web::fingerprint(&self.token), user_agent: self.user_agent.as_deref() }
    }

    /// Makes the response from the stored session: the token is in the body and in a cookie.
    pub fn response(&self, request: &Request, status: u16, begun: &str) -> Result<Response, Problem> {
        let response = Response::json(status, with_token(&self.token, begun)?);
        Ok(response.with("set-cookie", session_cookie(request, Some(&self.token))))
    }
}

/// Returns 32 random bytes in hexadecimal.
pub fn secret() -> String {
    web::hex(&web::random::<32>())
}

/// Session as the database returns it, and as clients see it once it has its token.
#[derive(Deserialize, Serialize)]
struct Begun {
    #[serde(skip_deserializing)]
    token: String,
    expires_at: Value,
    user: Value,
    /// Seconds until the link that confirms the address may be sent, if none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    link_retry_after: Option<u32>,
}

/// Adds the token to the stored session.
fn with_token(token: &str, begun: &str) -> Result<String, Problem> {
    let begun: Begun =
        serde_json::from_str(begun).map_err(|error| Refusal::unreadable("a session", error))?;
    Ok(json!(Begun { token: token.to_owned(), ..begun }).to_string())
}

/// Session as the database stores it.
#[derive(Debug, Serialize)]
pub struct Fingerprint<'a> {
    token_hash: String,
    user_agent: Option<&'a str>,
}

/// Returns the JSON schema of a new session.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "A new session",
        "properties": {
            "token": { "type": "string", "description": "Session token. Send it as `Authorization: Bearer <token>`" },
            "expires_at": { "type": "string", "format": "date-time" },
            "user": user_schema(),
            "link_retry_after": { "type": "integer", "description": "Seconds after which `POST /api/auth/confirm-email/resend` sends the link that confirms the e-mail address. Only if none is sent now, because too many were sent to this address" },
        },
        "required": ["token", "expires_at", "user"],
        "additionalProperties": false,
    })
}

/// Returns the JSON schema of a user.
pub fn user_schema() -> Value {
    json!({
        "type": "object",
        "description": "A user",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "email": { "type": "string" },
            "email_verified": { "type": "boolean", "description": "True if the e-mail address is confirmed. Until then nothing else is sent to it" },
            "new_email": { "type": "string", "description": "Address that replaces the current one when it is confirmed" },
            "name": { "type": "string" },
            "guest": { "type": "boolean" },
            "admin": { "type": "boolean" },
            "timezone": { "type": "string" },
            "email_reminders": { "type": "boolean" },
        },
        "required": ["id", "email_verified", "guest", "admin", "timezone", "email_reminders"],
        "additionalProperties": false,
    })
}
