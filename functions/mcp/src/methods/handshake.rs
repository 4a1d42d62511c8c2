//! `initialize` and `server/discover`: name and capabilities of this server.

use std::collections::BTreeMap;

use rust_mcp_schema::{
    DiscoverResult, DiscoverResultCacheScope, Implementation, JsonObject, ServerCapabilities,
    ServerCapabilitiesPrompts, ServerCapabilitiesResources, ServerCapabilitiesTools,
};
use serde_json::{Value, json};

use crate::access::scopes;
use crate::protocol::{
    CACHE_TTL_MS, INVALID_PARAMS, REVISIONS, RpcError, RpcRequest, RpcResult, result_meta, server_info,
    session_id, success,
};

/// Instructions for models, the same for all users.
const INSTRUCTIONS: &str = include_str!("instructions.md");

/// The instructions, with the caller's time zone.
fn instructions(request: &RpcRequest) -> String {
    let zone = request
        .http
        .context()
        .zone()
        .map(|zone| format!("\n- The person's time zone is {zone}."))
        .unwrap_or_default();
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

/// `initialize`, in revisions before 2026-07-28. The schema crate has no types for it any more.
pub fn initialize(request: &RpcRequest) -> RpcResult {
    // The reply has the time zone for the instructions.
    scopes(&request.caller()?)?;
    let version = request.params.get("protocolVersion").and_then(Value::as_str);
    let client = request.params.get("clientInfo").cloned().map(serde_json::from_value::<Implementation>);
    let (Some(version), Some(Ok(client))) = (version, client) else {
        let detail = "`initialize` needs `protocolVersion`, `capabilities` and `clientInfo` with a `name` and a `version`.";
        return Err(RpcError::new(INVALID_PARAMS, detail));
    };
    let [_, legacy @ ..] = REVISIONS;
    let version = legacy.into_iter().find(|known| *known == version).unwrap_or(legacy[0]);
    let result = json!({
        "protocolVersion": version, "capabilities": capabilities(), "serverInfo": server_info(),
        "instructions": instructions(request), "resultType": "complete", "_meta": result_meta(),
    });
    Ok(success(&request.id, &result).with("mcp-session-id", session_id(&client)))
}

/// `server/discover`, since 2026-07-28.
pub fn discover(request: &RpcRequest) -> Result<Value, RpcError> {
    // As in `initialize`.
    scopes(&request.caller()?)?;
    Ok(json!(DiscoverResult {
        cache_scope: DiscoverResultCacheScope::Private,
        capabilities: capabilities(),
        instructions: Some(instructions(request)),
        meta: Some(result_meta()),
        result_type: "complete".into(),
        supported_versions: REVISIONS.map(str::to_owned).into(),
        ttl_ms: CACHE_TTL_MS,
    }))
}
