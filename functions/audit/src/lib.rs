//! The audit trail: routes only. What each does is in the file of its name.

mod letters;
mod list;
mod take;

use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/api/audit", list::all, "See what happened")
        .query(list::ListEvents::schema)
        .gives(200, list::schema),
    Route::new(Get, "/api/audit/tasks/{id}", list::of_task, "See what happened to a task")
        .query(list::ListEvents::schema)
        .gives(200, list::schema),
    Route::new(Post, "/internal/audit/events", take::run, "Take an event into the trail").internal(),
    Route::new(Post, "/internal/audit/dead-letters/{consumer}", letters::run, "Keep what a consumer could not take")
        .internal(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("audit", super::ROUTES, request, out).await;
        events::publish("audit").await;
    }
}
