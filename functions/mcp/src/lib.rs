//! TaskFlow for assistants: a server of the Model Context Protocol.
//!
//! Each floor imports only those below it: `endpoint` (HTTP), `methods` (of the protocol), `tools` (one file
//! each), `toolkit` (shared by tools), `protocol` (requests, responses, errors), `access` (origins, scopes).

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
    Route::new(Post, "/mcp", endpoint::run, "Send an MCP message").takes_bytes(),
    Route::new(
        Get,
        "/.well-known/oauth-protected-resource",
        access::metadata,
        "Get the OAuth metadata of /mcp",
    )
    .open(),
    Route::new(
        Get,
        "/.well-known/oauth-protected-resource/mcp",
        access::metadata,
        "Get the OAuth metadata of /mcp",
    )
    .open(),
];

web::export!("mcp", ROUTES);
