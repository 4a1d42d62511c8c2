//! How TaskFlow is doing, and what its API is: routes only. What each does is in the file of its name.

mod docs;
mod health;
mod metrics;
mod openapi;
mod sidecar;

use web::Method::Get;
use web::Route;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/live", health::live, "Does the process run?").gives(200, health::live_schema).open(),
    Route::new(Get, "/ready", health::ready, "Can it answer requests?")
        .gives(200, health::schema)
        .gives_too(503, health::schema)
        .open(),
    Route::new(Get, "/health", health::health, "How is all of it?")
        .gives(200, health::schema)
        .gives_too(503, health::schema)
        .open(),
    Route::new(Get, "/metrics", metrics::run, "How is it doing, in numbers?").gives_text("text/plain").open(),
    Route::new(Get, "/api/docs", docs::run, "The API, to read").gives_text("text/html").open(),
    Route::new(Get, "/api/openapi.json", openapi::run, "This document").gives(200, openapi::schema).open(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("ops", super::ROUTES, request, out).await;
        events::publish("ops").await;
    }
}
