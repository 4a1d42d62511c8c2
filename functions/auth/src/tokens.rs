//! `POST|GET|DELETE /api/auth/tokens`, `DELETE /api/auth/tokens/{id}`

use domain::{Errors, Field, Id, Moment, Name, choice, input, within, wrong, wrong_member};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Reason, Refusal, statement};
use web::{Problem, Request, Response, TOKEN_PREFIX};

use crate::session::secret;

choice! {
    /// Scope of a personal access token.
    pub enum Scope { Read = "read", Write = "write" }
}

/// Scopes of a personal access token: at least one, without duplicates.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Field for Scopes {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = value.as_array().ok_or_else(|| wrong("must be a list of scopes, such as [\"read\"]"))?;
        let mut scopes = Vec::new();
        for (index, value) in given.iter().enumerate() {
            match Scope::parse(value) {
                Ok(scope) if scopes.contains(&scope) => return Err(within(index, wrong("is given twice"))),
                Ok(scope) => scopes.push(scope),
                Err(errors) => return Err(within(index, errors)),
            }
        }
        if scopes.is_empty() {
            Err(wrong("must have at least one scope: read, write or both"))
        } else {
            Ok(Self(scopes))
        }
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": Scope::schema(), "minItems": 1, "uniqueItems": true })
    }
}

input! {
    /// A new personal access token.
    pub struct NewToken {
        /// Name that tells you the purpose of the token.
        name: Name,
        /// Scopes: `read`, `write` or both.
        scopes: Scopes,
        /// Expiry. Without it, the token never expires.
        expires_at: Option<Moment>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    id: Id,
    token_hash: String,
    #[serde(flatten)]
    token: &'a NewToken,
}

/// Creates a token and returns it. Only its hash is stored, so it cannot be shown again.
pub fn create(request: &Request) -> Result<Response, Problem> {
    let new_token = request.body::<NewToken>()?;
    let token = format!("{TOKEN_PREFIX}{}", secret());
    let id = Id::new(web::now_ms(), web::random());
    let input = Input { id, token_hash: web::fingerprint(&token), token: &new_token };
    let made =
        request.caller()?.one(statement!("create_token.sql"), &input).map_err(|refusal| match refusal {
            Refusal::Rejected(Reason::PastExpiry) => {
                Problem::invalid_body(wrong_member("expires_at", "is in the past"))
            }
            Refusal::Rejected(Reason::TooManyTokens) => {
                Problem::already_taken("You already have 100 tokens. Revoke one that you no longer need.")
            }
            other => other.into(),
        })?;
    let mut made: Value =
        serde_json::from_str(&made).map_err(|error| Refusal::unreadable("a token", error))?;
    made["token"] = token.into();
    Ok(Response::json(201, made.to_string()))
}

pub fn list(request: &Request) -> Result<Response, Problem> {
    let tokens = request.caller()?.one(statement!("list_tokens.sql"), &json!({}))?;
    Ok(Response::json(200, tokens))
}

pub fn revoke(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "id": request.parameter::<Id>("id")? });
    request.caller()?.one(statement!("revoke_token.sql"), &input)?;
    Ok(Response::empty())
}

pub fn revoke_all(request: &Request) -> Result<Response, Problem> {
    request.caller()?.rows(statement!("revoke_tokens.sql"), &json!({}))?;
    Ok(Response::empty())
}

/// Returns the JSON schema of a token in a list.
fn token_schema() -> Value {
    json!({
        "type": "object",
        "description": "A personal access token",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "name": { "type": "string" },
            "scopes": Scopes::schema(),
            "created_at": { "type": "string", "format": "date-time" },
            "expires_at": { "type": ["string", "null"], "format": "date-time" },
        },
        "required": ["id", "name", "scopes", "created_at", "expires_at"],
        "additionalProperties": false,
    })
}

/// Returns the JSON schema of a new token.
pub fn new_token_schema() -> Value {
    let mut schema = token_schema();
    schema["properties"]["token"] =
        json!({ "type": "string", "description": "The token. It is shown only once" });
    schema["required"] = json!(["id", "name", "scopes", "created_at", "expires_at", "token"]);
    schema
}

/// Returns the JSON schema of a list of tokens.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Personal access tokens of the user",
        "properties": { "items": { "type": "array", "items": token_schema() } },
        "required": ["items"],
        "additionalProperties": false,
    })
}
