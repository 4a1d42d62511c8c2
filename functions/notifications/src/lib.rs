//! What people are told: routes only. What each does is in the file of its name.

mod list;
pub mod mail;
pub mod mails;
mod notify;
mod unsubscribe;

use actions::notifications::{ListNotifications, list as listing, schema};
use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// What this function answers.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/api/notifications", list::run, "See what you were told")
        .query(ListNotifications::schema)
        .gives(200, listing::schema),
    Route::new(Post, "/api/notifications/{id}/read", list::read, "Mark as read").gives(200, schema),
    Route::new(Post, "/api/notifications/read-all", list::read_all, "Mark everything as read")
        .gives(200, list::read_schema),
    Route::new(Get, "/api/notifications/unsubscribe/{key}", unsubscribe::ask, "Ask whether e-mails are to stop")
        .gives_text("text/html; charset=utf-8")
        .open(),
    Route::new(Post, "/api/notifications/unsubscribe/{key}", unsubscribe::run, "Have e-mails stop")
        .gives_text("text/html; charset=utf-8")
        .open(),
    Route::new(Post, "/internal/notifications/events", notify::run, "Tell people of a reminder").internal(),
    Route::new(Post, "/internal/notifications/mail", mails::run, "Send the e-mails that wait").internal(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("notifications", super::ROUTES, request, out).await;
        futures::join!(events::publish("notifications"), super::mails::send());
        // What was sent is told, too.
        events::publish("notifications").await;
    }
}
