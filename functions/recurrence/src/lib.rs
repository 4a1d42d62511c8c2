//! Recurring tasks: the route that takes task events. Only Dapr calls it.

mod generate;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] =
    &[Route::new(Post, "/internal/recurrence/events", generate::run, "Make the next task of a series").internal()];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("recurrence", super::ROUTES, request, out).await;
        events::publish("recurrence").await;
    }
}
