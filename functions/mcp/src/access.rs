//! Access to this server: origins, scopes, and the issuers of tokens.

use serde_json::{Value, json};
use spin_sdk::variables;
use store::{Client, Fault, Refusal, Scope, statement};
use web::{Problem, Request, Response};

/// Rejects requests from pages of other sites, which could reach this server in spite of its address (DNS
/// rebinding).
pub fn check_origin(request: &Request) -> Result<(), Problem> {
    let Some(origin) = request.header("origin") else { return Ok(()) };
    let own = variables::get("public_url").unwrap_or_default();
    if origin == own.trim_end_matches('/') || is_local(origin) { Ok(()) } else { Err(Problem::other_site()) }
}

/// True if the origin is a page of this machine.
fn is_local(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// Scopes of the caller. Fails if the token or session is invalid.
pub fn scopes(caller: &Client) -> Result<Vec<Scope>, Refusal> {
    let row = caller.one(statement!("scopes.sql"), &json!({}))?;
    serde_json::from_str(&row).map_err(|error| Refusal::unreadable("scopes", error))
}

/// Metadata for OAuth 2.0 clients (RFC 9728): accepted issuers and scopes.
pub fn metadata(_: &Request) -> Result<Response, Problem> {
    let variable = |name: &str| {
        variables::get(name).map_err(|error| {
            Problem::caused_by(Fault::caused_by(format!("the variable {name} cannot be read"), error))
        })
    };
    let (url, issuers) = (variable("public_url")?, variable("issuers")?);
    let issuers: Value =
        serde_json::from_str(&issuers).map_err(|error| Refusal::unreadable("the variable issuers", error))?;
    let issuers: Vec<&Value> =
        issuers.as_array().into_iter().flatten().map(|issuer| &issuer["issuer"]).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_this_machine_is_local() {
        for local in ["http://localhost", "http://localhost:6274", "http://127.0.0.1:3000", "http://[::1]:80"]
        {
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
