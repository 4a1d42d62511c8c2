//! `initialize` and `server/discover`: what this server is and can do.

use std::collections::BTreeMap;

use rust_mcp_schema::{
    DiscoverResult, DiscoverResultCacheScope, Implementation, JsonObject, RequestId, ResultMetaObject,
    ServerCapabilities, ServerCapabilitiesPrompts, ServerCapabilitiesResources, ServerCapabilitiesTools,
};
use serde_json::{Value, json};

use crate::access::scopes;
use crate::endpoint::{Answer, Asked, respond};
use crate::failure::{Failure, INVALID_PARAMS};
use crate::revision::{REVISIONS, session_of};

/// What models are told of this server as a whole.
const INSTRUCTIONS: &str = include_str!("instructions.md");

/// How long clients may believe what only a new release changes: five minutes.
pub const TTL_MS: u64 = 300_000;

/// What every result says of who made it.
pub fn meta() -> ResultMetaObject {
    ResultMetaObject { io_modelcontextprotocol_server_info: Some(server()), extra: None }
}

fn server() -> Implementation {
    Implementation {
        name: "taskflow".into(),
        title: Some("TaskFlow".into()),
        version: env!("CARGO_PKG_VERSION").into(),
        description: Some("A to-do system that people use by talking to it".into()),
        icons: Vec::new(),
        website_url: None,
    }
}

/// The same for all, but for the zone of the one who asks.
fn instructions() -> String {
    let zone = store::zone().map(|zone| format!("\n- The person's time zone is {zone}.")).unwrap_or_default();
    format!("{}{zone}", INSTRUCTIONS.trim())
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        tools: Some(ServerCapabilitiesTools { list_changed: None }),
        prompts: Some(ServerCapabilitiesPrompts { list_changed: None }),
        resources: Some(ServerCapabilitiesResources { list_changed: None, subscribe: None }),
        completions: Some(JsonObject(BTreeMap::new())),
        experimental: None,
        extensions: None,
        logging: None,
    }
}

/// The handshake of revisions before 2026-07-28. Today's types know it no more, but for its parts.
pub fn initialize(asked: &Asked, id: &RequestId) -> Answer {
    // Who may not come in shall hear of it now, not at the first call.
    scopes(&asked.principal()?)?;
    let version = asked.params.get("protocolVersion").and_then(Value::as_str);
    let client = asked.params.get("clientInfo").cloned().map(serde_json::from_value::<Implementation>);
    let (Some(version), Some(Ok(client))) = (version, client) else {
        let detail =
            "`initialize` needs `protocolVersion`, `capabilities` and `clientInfo` with a `name` and a `version`.";
        return Err(Failure::new(INVALID_PARAMS, detail));
    };
    let [_, legacy @ ..] = REVISIONS;
    let version = legacy.into_iter().find(|known| *known == version).unwrap_or(legacy[0]);
    let result = json!({
        "protocolVersion": version, "capabilities": capabilities(), "serverInfo": server(), "instructions": instructions(),
        "resultType": "complete", "_meta": meta(),
    });
    Ok(respond(id, &result).with("mcp-session-id", session_of(&client)))
}

/// What a client of 2026-07-28 can ask before anything else.
pub fn discover(asked: &Asked, id: &RequestId) -> Answer {
    scopes(&asked.principal()?)?;
    let result = DiscoverResult {
        cache_scope: DiscoverResultCacheScope::Private,
        capabilities: capabilities(),
        instructions: Some(instructions()),
        meta: Some(meta()),
        result_type: "complete".into(),
        supported_versions: REVISIONS.map(str::to_owned).into(),
        ttl_ms: TTL_MS,
    };
    Ok(respond(id, &json!(result)))
}
