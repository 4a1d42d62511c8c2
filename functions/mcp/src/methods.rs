//! The methods of the protocol.

mod completion;
mod handshake;
mod prompts;
mod resources;
mod tools;

use serde_json::{Value, json};

use crate::protocol::{Era, METHOD_NOT_FOUND, RpcError, RpcRequest, RpcResult, success};

/// Calls the method of that name.
pub fn dispatch(method: &str, request: &RpcRequest) -> RpcResult {
    let respond = |result: Value| Ok(success(&request.id, &result));
    match (method, request.client.era) {
        ("initialize", Era::Legacy) => handshake::initialize(request),
        ("ping", Era::Legacy) => respond(json!({})),
        ("server/discover", Era::Modern) => respond(handshake::discover(request)?),
        ("tools/list", _) => tools::list(request),
        ("tools/call", _) => respond(tools::call(request)?),
        ("prompts/list", _) => respond(prompts::list(request)?),
        ("prompts/get", _) => respond(prompts::get(request)?),
        ("resources/list", _) => respond(resources::list(request)?),
        ("resources/templates/list", _) => respond(resources::templates(request)?),
        ("resources/read", _) => respond(resources::read(request)?),
        ("completion/complete", _) => respond(completion::complete(request)?),
        (unknown, era) => {
            let name: String = unknown.chars().take(100).collect();
            let error = RpcError::new(METHOD_NOT_FOUND, format!("Unknown method {name:?}."));
            Err(if era == Era::Modern { error.with_status(404) } else { error })
        }
    }
}
