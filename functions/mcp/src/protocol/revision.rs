//! The revisions of the protocol, and the name of the client.
//!
//! Since 2026-07-28 every request states both in `_meta`, and headers repeat the essentials for proxies.
//! Earlier revisions state them once, in `initialize`. This server keeps no sessions, so it encodes the
//! client's name into the session id, which the client then sends with each request.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rust_mcp_schema::Implementation;
use serde_json::{Map, Value, json};
use web::Request;

use super::error::{HEADER_MISMATCH, INVALID_PARAMS, RpcError, UNSUPPORTED_VERSION};

/// The newest revision.
const MODERN: &str = "2026-07-28";

/// The supported revisions, newest first.
pub const REVISIONS: [&str; 3] = [MODERN, "2025-11-25", "2025-06-18"];

/// Members of `_meta`.
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const CLIENT: &str = "io.modelcontextprotocol/clientInfo";

/// The family that a revision belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// Since 2026-07-28: each request is complete in itself.
    Modern,
    /// Before: clients start with `initialize`.
    Legacy,
}

/// A client, as it introduces itself.
#[derive(Debug)]
pub struct ClientInfo {
    pub era: Era,
    pub name: Option<String>,
}

impl ClientInfo {
    /// Reads revision and name. Rejects an unsupported revision, and headers that contradict the message.
    pub fn read(request: &Request, method: &str, params: &Map<String, Value>) -> Result<Self, RpcError> {
        let header = request.header("mcp-protocol-version");
        let meta = params.get("_meta").unwrap_or(&Value::Null);
        if meta.get(VERSION).is_none() && header != Some(MODERN) {
            return match header {
                // Revisions before 2025-06-18 had no such header.
                None => Ok(()),
                Some(version) if REVISIONS.contains(&version) => Ok(()),
                Some(version) => Err(unsupported(version)),
            }
            .map(|()| Self {
                era: Era::Legacy,
                name: session_name(request).or_else(|| user_agent(request)),
            });
        }
        let (Some(version), true) = (meta[VERSION].as_str(), meta[CAPABILITIES].is_object()) else {
            let detail = format!(
                "The `_meta` of each request must have the string {VERSION} and the object {CAPABILITIES}."
            );
            return Err(RpcError::malformed(INVALID_PARAMS, detail));
        };
        check_header(request, "MCP-Protocol-Version", version)?;
        if version != MODERN {
            return Err(unsupported(version));
        }
        check_header(request, "Mcp-Method", method)?;
        let named = match method {
            "tools/call" | "prompts/get" => params.get("name"),
            "resources/read" => params.get("uri"),
            _ => None,
        };
        if let Some(Value::String(name)) = named {
            check_header(request, "Mcp-Name", name)?;
        }
        let name = meta[CLIENT]["name"].as_str().and_then(clean_name).or_else(|| user_agent(request));
        Ok(Self { era: Era::Modern, name })
    }
}

fn unsupported(requested: &str) -> RpcError {
    let message =
        format!("The revision {requested:?} is not supported. Supported are: {}.", REVISIONS.join(", "));
    RpcError::malformed(UNSUPPORTED_VERSION, message)
        .with_data(json!({ "supported": REVISIONS, "requested": domain::shorten(requested) }))
}

/// Rejects a header that differs from the message.
fn check_header(request: &Request, header: &str, expected: &str) -> Result<(), RpcError> {
    let given = request.header(&header.to_ascii_lowercase()).map(str::trim);
    let decoded = given.and_then(|given| {
        match given.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
            Some(encoded) => STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok()),
            None => Some(given.to_owned()),
        }
    });
    if decoded.as_deref() == Some(expected) {
        return Ok(());
    }
    let given = given.map_or("is missing".to_owned(), |given| format!("is {given:?}"));
    let message = format!("The header {header} {given}, but the message says {expected:?}.");
    Err(RpcError::malformed(HEADER_MISMATCH, message))
}

/// Session id for a client that calls `initialize`: random bytes and the client's name.
pub fn session_id(client: &Implementation) -> String {
    let name = clean_name(&client.name).unwrap_or_default();
    format!("{}.{}", web::hex(&web::random::<16>()), URL_SAFE_NO_PAD.encode(name))
}

/// The name in the session id.
fn session_name(request: &Request) -> Option<String> {
    let (_, name) = request.header("mcp-session-id")?.split_once('.')?;
    clean_name(&String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()?)
}

/// The product name in the `User-Agent`.
fn user_agent(request: &Request) -> Option<String> {
    clean_name(request.header("user-agent")?.split(['/', ' ']).next()?)
}

/// The name without control characters, cut to 200 characters; `None` if nothing is left.
fn clean_name(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
