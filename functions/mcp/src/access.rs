//! Who may talk to this server, and where they get a token.

use serde_json::{Value, json};
use spin_sdk::variables;
use store::{Principal, Refusal, statement};
use web::{Problem, Request, Response};

/// Refuses what the page of another site has a browser send: a name that leads to this machine does not make it ours.
pub fn check_origin(request: &Request) -> Result<(), Problem> {
    let Some(origin) = request.header("origin") else { return Ok(()) };
    let ours = variables::get("public_url").unwrap_or_default();
    if origin == ours.trim_end_matches('/') || is_local(origin) { Ok(()) } else { Err(Problem::other_site()) }
}

/// Whether that is the origin of a page of this very machine.
fn is_local(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// What the caller may do. Asked of the database, so it also says whether there is such a caller.
pub fn scopes(principal: &Principal) -> Result<Vec<String>, Refusal> {
    let row = store::one(statement!("scopes.sql"), principal, &json!({}))?;
    serde_json::from_str(&row).map_err(|_| Refusal::fault("scopes cannot be read"))
}

/// What OAuth 2.0 clients look for (RFC 9728): whose tokens are taken, and for what.
pub fn metadata(_: &Request) -> Result<Response, Problem> {
    let variable =
        |name: &str| variables::get(name).map_err(|error| Problem::fault(format!("variable {name}: {error}")));
    let (url, issuers) = (variable("public_url")?, variable("issuers")?);
    let issuers: Value =
        serde_json::from_str(&issuers).map_err(|error| Problem::fault(format!("variable issuers: {error}")))?;
    let issuers: Vec<&Value> = issuers.as_array().into_iter().flatten().map(|issuer| &issuer["issuer"]).collect();
    let mut document = json!({
        "resource": format!("{}/mcp", url.trim_end_matches('/')),
        "resource_name": "TaskFlow",
        "scopes_supported": ["read", "write"],
        "bearer_methods_supported": ["header"],
    });
    if !issuers.is_empty() {
        document["authorization_servers"] = json!(issuers);
    }
    Ok(Response::json(200, document.to_string()))
}

/// The JSON schema of that.
pub fn schema() -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    json!({
        "type": "object",
        "description": "Whose tokens are taken, and for what (RFC 9728)",
        "properties": {
            "resource": { "type": "string" },
            "resource_name": { "type": "string" },
            "authorization_servers": texts,
            "scopes_supported": texts,
            "bearer_methods_supported": texts,
        },
        "required": ["resource", "resource_name", "scopes_supported", "bearer_methods_supported"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_this_machine_is_local() {
        for local in ["http://localhost", "http://localhost:6274", "http://127.0.0.1:3000", "http://[::1]:80"] {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "null",
            "http://evil.example.com",
            "http://localhost.evil.com",
            "http://127.0.0.1.evil.com:80",
            "localhost",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
