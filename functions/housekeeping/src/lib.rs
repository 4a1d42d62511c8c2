//! Housekeeping: routes of the jobs that delete expired data and apply settings. Only Dapr calls them.

mod settings;
mod tidy;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Post, "/internal/housekeeping", tidy::run, "Delete expired data").internal(),
    Route::new(Post, "/internal/settings", settings::run, "Apply changed settings").internal(),
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
