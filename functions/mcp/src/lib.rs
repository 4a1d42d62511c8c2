//! TaskFlow for assistants (Model Context Protocol): routes only. What each method does is in the file of its name.

mod access;
mod call;
mod completion;
mod endpoint;
mod failure;
mod hello;
mod meant;
mod mend;
mod page;
mod prompts;
mod refused;
mod reply;
mod resources;
mod revision;
mod table;
mod times;
mod tool;
mod tools;

use web::Method::{Get, Post};
use web::Route;

pub use table::tools_json;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/mcp", endpoint::run, "Talk to TaskFlow as an assistant does (MCP)"),
    Route::new(Get, "/.well-known/oauth-protected-resource", access::metadata, "See who issues tokens for /mcp")
        .gives(200, access::schema)
        .open(),
    Route::new(Get, "/.well-known/oauth-protected-resource/mcp", access::metadata, "See who issues tokens for /mcp")
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
