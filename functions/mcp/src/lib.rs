//! TaskFlow for assistants: a server of the Model Context Protocol.
//!
//! Each floor imports only those below it: `endpoint` (HTTP), `methods` (of the protocol), `tools` (one file
//! each), `toolkit` (shared by tools), `protocol` (JSON-RPC), `access`.

mod access;
mod endpoint;
mod methods;
mod protocol;
mod toolkit;
mod tools;

use web::Method::{Get, Post};
use web::Route;

pub use tools::tools_json;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/mcp", endpoint::run, "Send an MCP message"),
    Route::new(Get, "/.well-known/oauth-protected-resource", access::metadata, "Get the OAuth metadata of /mcp")
        .gives(200, access::schema)
        .open(),
    Route::new(Get, "/.well-known/oauth-protected-resource/mcp", access::metadata, "Get the OAuth metadata of /mcp")
        .gives(200, access::schema)
        .open(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("mcp", super::ROUTES, request, out).await;
        events::publish("mcp").await;
    }
}
