//! A session: the token that its holder keeps, and the fingerprint of it that the database keeps.

use serde::Serialize;
use serde_json::{Value, json};

/// A session that is about to begin.
pub struct NewSession {
    token: String,
}

impl NewSession {
    /// With a token that nobody can guess.
    pub fn new() -> Self {
        let token = web::random::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { token }
    }

    /// What the database may know of it.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint { token_hash: web::fingerprint(&self.token) }
    }

    /// What the holder is told, from `{expires_at, user}`.
    pub fn answer(&self, begun: &str) -> Result<String, web::Problem> {
        let begun: Value = serde_json::from_str(begun)
            .map_err(|error| web::Problem::fault(format!("a session is not JSON: {error}")))?;
        let (expires_at, user) = (&begun["expires_at"], &begun["user"]);
        Ok(json!({ "token": self.token, "expires_at": expires_at, "user": user }).to_string())
    }
}

/// What the database may know of a session.
#[derive(Debug, Serialize)]
pub struct Fingerprint {
    token_hash: String,
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
