//! Notifications over HTTP. This file has the routes; each handler is in the file of its name.

mod list;
pub mod mail;
pub mod mails;
mod notify;
mod unsubscribe;

use actions::notifications::{ListNotifications, list as listing, schema};
use domain::Field;
use web::Method::{Get, Post};
use web::Route;

/// Routes of this function.
pub const ROUTES: &[Route] = &[
    Route::new(Get, "/api/notifications", list::run, "List notifications")
        .query(ListNotifications::schema)
        .gives(200, listing::schema),
    Route::new(Post, "/api/notifications/{id}/read", list::read, "Mark a notification as read").gives(200, schema),
    Route::new(Post, "/api/notifications/read-all", list::read_all, "Mark all notifications as read")
        .gives(200, list::read_schema),
    Route::new(Get, "/api/notifications/unsubscribe/{key}", unsubscribe::ask, "Show the unsubscribe page")
        .gives_text("text/html; charset=utf-8")
        .open(),
    Route::new(Post, "/api/notifications/unsubscribe/{key}", unsubscribe::run, "Unsubscribe from reminder e-mails")
        .gives_text("text/html; charset=utf-8")
        .open(),
    Route::new(Post, "/internal/notifications/events", notify::run, "Notify users of due reminders").internal(),
    Route::new(Post, "/internal/notifications/mail", mails::run, "Send pending e-mails").internal(),
];

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "what exports the component is generated")]
mod component {
    use spin_sdk::http::{IncomingRequest, ResponseOutparam};

    #[spin_sdk::http_component]
    async fn handle(request: IncomingRequest, out: ResponseOutparam) {
        web::serve("notifications", super::ROUTES, request, out).await;
        futures::join!(events::publish("notifications"), super::mails::send());
        // Sending e-mails has written events, too.
        events::publish("notifications").await;
    }
}
