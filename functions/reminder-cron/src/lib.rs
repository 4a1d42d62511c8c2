//! Due reminders: the route of the job that claims them. Only Dapr calls it.

pub mod claim;

use web::Method::Post;
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] =
    &[Route::new(Post, "/internal/reminder-cron", claim::run, "Claim due reminders").internal()];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("reminder-cron", super::ROUTES, request, out).await;
        events::publish("reminder-cron").await;
        super::claim::until_the_next_tick().await;
    }
}
