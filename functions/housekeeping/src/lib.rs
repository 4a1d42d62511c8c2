//! What has had its time is cleared away, and what operators set is applied: routes only, and only Dapr calls them.

mod settings;
mod tidy;

use web::Method::Post;
use web::Route;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/internal/housekeeping", tidy::run, "Clear away what has had its time").internal(),
    Route::new(Post, "/internal/settings", settings::run, "Apply what operators have set").internal(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("housekeeping", super::ROUTES, request, out).await;
        events::publish("housekeeping").await;
    }
}
