//! Health checks: `GET /live`, `GET /ready` and `GET /health`.

use serde_json::{Value, json};
use store::{RELEASE, Refusal, statement};
use web::{Problem, Request, Response};

/// Maximum age of the oldest event in the outbox; if it is older, the outbox is degraded.
const MAX_AGE_SECONDS: u64 = 30;

/// Responds while the process runs, whatever the state of its dependencies.
pub fn live(_: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, json!({ "status": "up" }).to_string()))
}

/// Responds with 200 if Postgres has the statements of this release. An outage of another dependency only
/// delays events, so it does not make this fail.
pub fn ready(request: &Request) -> Result<Response, Problem> {
    let (status, body) = check(request);
    Ok(Response::json(status, body.to_string()))
}

/// Responds like `/ready`, and adds version numbers.
pub fn health(request: &Request) -> Result<Response, Problem> {
    let (status, mut body) = check(request);
    body["version"] = env!("CARGO_PKG_VERSION").into();
    body["release"] = RELEASE.into();
    Ok(Response::json(status, body.to_string()))
}

fn check(request: &Request) -> (u16, Value) {
    let found = request
        .anonymous()
        .one(statement!("ready.sql"), &json!({ "release": RELEASE }))
        .map(|row| serde_json::from_str::<Value>(&row).unwrap_or_default());
    let (postgres, statements) = match &found {
        Ok(found) if found["installed"] == true => ("up", "installed"),
        Ok(_) | Err(Refusal::NotInstalled) => ("up", "missing: run `taskflow migrate up`"),
        Err(_) => ("down", "unknown"),
    };
    let sidecar = if dapr::is_ready() { "up" } else { "down" };
    let outbox = match &found {
        Ok(found) if found["oldest_seconds"].as_u64().is_some_and(|age| age <= MAX_AGE_SECONDS) => "up",
        Ok(_) => "degraded",
        Err(_) => "unknown",
    };
    let (code, status) = match (statements, sidecar, outbox) {
        ("installed", "up", "up") => (200, "ready"),
        ("installed", ..) => (200, "degraded"),
        _ => (503, "not ready"),
    };
    let mut body = json!({
        "status": status,
        "dependencies": {
            "postgres": postgres,
            "statements": statements,
            "sidecar": sidecar,
            "outbox": outbox,
        },
    });
    if let Ok(found) = found {
        body["outbox"] = json!({ "depth": found["depth"], "oldest_seconds": found["oldest_seconds"] });
    }
    (code, body)
}

/// Returns the JSON schema of the response of `/live`.
pub fn live_schema() -> Value {
    json!({ "type": "object", "properties": { "status": { "const": "up" } }, "required": ["status"] })
}

/// Returns the JSON schema of the response of `/ready` and `/health`.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Readiness, and the state of each dependency",
        "properties": {
            "status": {
                "enum": ["ready", "degraded", "not ready"],
                "description": "`degraded` means that requests are answered, but events are delayed",
            },
            "dependencies": {
                "type": "object",
                "properties": {
                    "postgres": { "enum": ["up", "down"] },
                    "statements": { "type": "string" },
                    "sidecar": { "enum": ["up", "down"] },
                    "outbox": { "enum": ["up", "degraded", "unknown"] },
                },
                "required": ["postgres", "statements", "sidecar", "outbox"],
            },
            "outbox": {
                "type": "object",
                "description": "Events that are waiting to be published",
                "properties": {
                    "depth": {
                        "type": "integer",
                        "minimum": 0,
                        "maximum": 10_000,
                        "description": "Number of events, counted up to 10000",
                    },
                    "oldest_seconds": {
                        "type": "integer",
                        "minimum": 0,
                        "description": "Age of the oldest event",
                    },
                },
                "required": ["depth", "oldest_seconds"],
            },
            "version": { "type": "string" },
            "release": { "type": ["string", "null"] },
        },
        "required": ["status", "dependencies"],
    })
}
