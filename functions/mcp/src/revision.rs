//! Which revision of the protocol a client speaks, and what it says of itself.
//!
//! From 2026-07-28 on every request says so in `_meta`, and headers repeat the most important of it for those who stand
//! between. Before, `initialize` says it once; as nothing is remembered here, the client gets its name back as its session
//! and brings it along with each request.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rust_mcp_schema::{Implementation, RequestMetaObject};
use serde_json::{Map, Value, json};
use web::Request;

use crate::failure::{Failure, HEADER_MISMATCH, INVALID_PARAMS, UNSUPPORTED_VERSION};

/// The newest revision.
pub const MODERN: &str = "2026-07-28";

/// What is spoken here, the newest first.
pub const REVISIONS: [&str; 3] = [MODERN, "2025-11-25", "2025-06-18"];

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// Whether each request says all there is to know, or `initialize` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    Modern,
    Legacy,
}

/// What a client says of itself.
#[derive(Debug)]
pub struct Client {
    pub era: Era,
    /// What it calls itself.
    pub name: Option<String>,
}

impl Client {
    /// Reads it, and refuses what contradicts itself.
    pub fn read(request: &Request, method: &str, params: &Map<String, Value>) -> Result<Self, Failure> {
        let header = request.header("mcp-protocol-version");
        let told = params.get("_meta").and_then(|meta| meta.get(VERSION));
        if told.is_none() && header != Some(MODERN) {
            return match header {
                // Until 2025-06-18 there was no such header.
                None => Ok(()),
                Some(version) if REVISIONS.contains(&version) => Ok(()),
                Some(version) => Err(unsupported(version)),
            }
            .map(|()| Self { era: Era::Legacy, name: session(request).or_else(|| agent(request)) });
        }
        let meta: RequestMetaObject = serde_json::from_value(params.get("_meta").cloned().unwrap_or_default())
            .map_err(|error| {
                let detail = format!("Each request must have {VERSION} and io.modelcontextprotocol/clientCapabilities in its `_meta`: {error}.");
                Failure::bad(INVALID_PARAMS, detail)
            })?;
        must_be(request, "MCP-Protocol-Version", &meta.protocol_version)?;
        if meta.protocol_version != MODERN {
            return Err(unsupported(&meta.protocol_version));
        }
        must_be(request, "Mcp-Method", method)?;
        let named = match method {
            "tools/call" | "prompts/get" => params.get("name"),
            "resources/read" => params.get("uri"),
            _ => None,
        };
        if let Some(Value::String(name)) = named {
            must_be(request, "Mcp-Name", name)?;
        }
        let name = meta.client_info.and_then(|client| presentable(&client.name)).or_else(|| agent(request));
        Ok(Self { era: Era::Modern, name })
    }

    /// What the protocol's newest revision has each request say.
    pub fn meta(&self) -> Value {
        json!({ VERSION: MODERN, "io.modelcontextprotocol/clientCapabilities": {} })
    }
}

fn unsupported(requested: &str) -> Failure {
    let message = format!("The revision {requested:?} is not spoken here; these are: {}.", REVISIONS.join(", "));
    Failure::bad(UNSUPPORTED_VERSION, message).with(json!({ "supported": REVISIONS, "requested": requested }))
}

/// Refuses a header that says something else than the message.
fn must_be(request: &Request, header: &str, expected: &str) -> Result<(), Failure> {
    let given = request.header(&header.to_ascii_lowercase()).map(str::trim);
    let decoded =
        given.and_then(|given| match given.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
            Some(packed) => STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok()),
            None => Some(given.to_owned()),
        });
    if decoded.as_deref() == Some(expected) {
        return Ok(());
    }
    let given = given.map_or("is missing".to_owned(), |given| format!("is {given:?}"));
    Err(Failure::bad(HEADER_MISMATCH, format!("The header {header} {given}, but the message says {expected:?}.")))
}

/// What a client that was introduced by `initialize` carries from then on: something of its own, and its name.
pub fn session_of(client: &Implementation) -> String {
    let name = presentable(&client.name).unwrap_or_default();
    format!("{}.{}", web::hex(&web::random::<16>()), URL_SAFE_NO_PAD.encode(name))
}

/// The name that the client carries.
fn session(request: &Request) -> Option<String> {
    let (_, name) = request.header("mcp-session-id")?.split_once('.')?;
    presentable(&String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()?)
}

/// The program that sends the request, by its first word.
fn agent(request: &Request) -> Option<String> {
    presentable(request.header("user-agent")?.split(['/', ' ']).next()?)
}

/// A name that can be shown and stored, if there is anything of it.
fn presentable(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
