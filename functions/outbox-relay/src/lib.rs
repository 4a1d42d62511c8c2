//! Outbox relay: the route of the job that publishes events left in the outbox. Only Dapr calls it.

mod relay;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] =
    &[Route::new(Post, "/internal/outbox-relay", relay::run, "Publish events left in the outbox").internal()];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("outbox-relay", super::ROUTES, request, out).await;
        events::publish("outbox-relay").await;
    }
}
