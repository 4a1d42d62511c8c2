//! Idempotency keys, which make a request safe to retry.

use serde::Serialize;
use serde_json::{Value, json};

use crate::errors::{Errors, wrong};
use crate::field::{Field, text};

/// Idempotency key of a request: 1 to 255 visible ASCII characters, such as a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Field for IdempotencyKey {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let key = text(value)?;
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("must be 1 to 255 visible ASCII characters, such as a UUID"));
        }
        Ok(Self(key.to_owned()))
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[!-~]{1,255}$" })
    }
}
